import { useEffect } from "react";
import { useCanvas } from "@/canvas/useCanvas";
import { Canvas } from "@/canvas/Canvas";
import { reveal } from "@/canvas/reveal";
import { useEditor, useEditorStore, useSession } from "@/editor/context";
import { onJump } from "@/editor/jump";
import { Shortcuts } from "@/keyboard/Shortcuts";
import { BlockPalette } from "@/panels/BlockPalette";
import { listenToClipboard } from "@/panels/clipboard";
import { Dialogs } from "@/panels/Dialogs";
import { Inspector } from "@/panels/Inspector/Inspector";
import { MergeDialog } from "@/panels/MergeDialog/MergeDialog";
import { ProblemList } from "@/panels/ProblemList";
import { QuickAdd } from "@/panels/QuickAdd";
import { KeptEdits } from "@/panels/Saving/KeptEdits";
import { PublishButton } from "@/panels/Saving/PublishButton";
import { SaveState } from "@/panels/Saving/SaveState";
import { SidePanel } from "@/panels/SidePanel";
import { NARROW, openDialog, panels, usePanels } from "@/panels/state";
import { Toolbar } from "@/panels/Toolbar";
import { isFirstVisit, rememberTour } from "@/panels/Tour/Tour";
import { RunButton } from "@/panels/RunPanel/RunButton";
import { RunPanel } from "@/panels/RunPanel/RunPanel";
import { ShownEditor } from "@/panels/VersionsPanel/ShownEditor";
import { VersionsPanel } from "@/panels/VersionsPanel/VersionsPanel";
import { Messages } from "@/ui/Messages";
import { toast } from "@/ui/messages";
import { useMedia } from "@/ui/useMedia";

/** Toolbar, palette, canvas, panels: each part reads the editor's and the run's store by itself. */
export function Workbench() {
  const { settings } = useSession();
  const store = useEditorStore();
  const flow = useCanvas();
  const isNarrow = useMedia(NARROW);
  const readOnly = useEditor((editor) => editor.readOnly);
  const palette = usePanels((state) => state.palette);
  const runs = usePanels((state) => state.runs);

  useEffect(() => listenToClipboard(store, flow), [store, flow]);
  useEffect(() => onJump((place) => reveal(flow, store, place)), [store, flow]);
  useEffect(() => {
    if (!isNarrow) return;
    store.getState().setLock("narrow", true);
    panels.setState({ palette: false, side: null, minimap: false });
    return () => {
      store.getState().setLock("narrow", false);
      panels.setState({ palette: true, side: "inspector", minimap: true });
    };
  }, [isNarrow, store]);
  useEffect(() => {
    // An empty canvas offers it by itself.
    const isEmpty = store.getState().document.nodes.length === 0;
    if (readOnly || isNarrow || isEmpty || !isFirstVisit()) return;
    rememberTour();
    toast("New here? A tour of four steps shows how to build an agent.", {
      action: { label: "Take the tour", run: () => openDialog("tour") },
    });
  }, [store, readOnly, isNarrow]);

  return (
    <div className="builder" data-narrow={isNarrow || undefined}>
      <Shortcuts />
      <Toolbar
        settings={settings}
        saving={<SaveState />}
        publish={<PublishButton />}
        running={<RunButton />}
      />
      <KeptEdits />
      <div className="builder__middle">
        {palette && !readOnly && <BlockPalette />}
        <main className="builder__canvas">
          <ShownEditor>
            <Canvas />
          </ShownEditor>
          {isNarrow && (
            <p className="builder__narrow" role="note">
              Here you can look at the agent and its runs. To edit it, open it on a larger screen.
            </p>
          )}
          {runs && (
            <div className="runs-drawer">
              <RunPanel />
            </div>
          )}
        </main>
        <SidePanel
          contents={{
            inspector: <Inspector />,
            problems: <ProblemList />,
            versions: <VersionsPanel />,
          }}
        />
      </div>
      <QuickAdd />
      <Dialogs />
      <MergeDialog />
      <Messages />
    </div>
  );
}
