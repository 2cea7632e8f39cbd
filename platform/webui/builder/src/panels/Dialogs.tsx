import { CommandPalette } from "@/panels/CommandPalette";
import { HelpSheet } from "@/panels/HelpSheet";
import { LinksDialog } from "@/panels/LinksDialog";
import { RenameDialog } from "@/panels/RenameDialog";
import { RunDialog } from "@/panels/RunDialog";
import { usePanels } from "@/panels/state";
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
    case "tour":
      return <Tour />;
    default:
      return null;
  }
}
