import { useState } from "react";
import { useEditorStore } from "@/editor/context";
import { CommandPalette } from "@/panels/CommandPalette";
import { HelpSheet } from "@/panels/HelpSheet";
import { MakeAgentDialog } from "@/panels/Inspector/MakeAgentDialog";
import { LinksDialog } from "@/panels/LinksDialog";
import { RenameDialog } from "@/panels/RenameDialog";
import { RunDialog } from "@/panels/RunDialog";
import { RunNodeDialog } from "@/panels/RunPanel/RunNodeDialog";
import { closeDialog, usePanels } from "@/panels/state";
import { Tour } from "@/panels/Tour/Tour";

/** The dialog that is open, if one is. */
export function Dialogs() {
  const dialog = usePanels((state) => state.dialog);
  switch (dialog) {
    case "commands":
      return <CommandPalette />;
    case "find":
      return <CommandPalette only="Go to" />;
    case "help":
      return <HelpSheet />;
    case "links":
      return <LinksDialog />;
    case "rename":
      return <RenameDialog />;
    case "run":
      return <RunDialog />;
    case "run-node":
    case "make-agent":
      return <OfSelection key={dialog} dialog={dialog} />;
    case "tour":
      return <Tour />;
    default:
      return null;
  }
}

/** A dialog about what was selected when it was opened, whatever is selected meanwhile. */
function OfSelection({ dialog }: { readonly dialog: "run-node" | "make-agent" }) {
  const store = useEditorStore();
  const [nodes] = useState(() => [...store.getState().selection.nodes]);
  const [node] = nodes;
  if (dialog === "make-agent") return <MakeAgentDialog nodes={nodes} onClose={closeDialog} />;
  return node === undefined ? null : <RunNodeDialog node={node} onClose={closeDialog} />;
}
