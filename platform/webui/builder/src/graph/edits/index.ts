/**
 * Every change that an editor makes: document in, document out.
 *
 * What an edit does not touch keeps its identity, and an edit that changes nothing returns the
 * document it got. Ids of new things come from the caller, so that the same edit on the same
 * document is always the same result.
 */
export { addDynamicPin, removeDynamicPin, renameDynamicPin } from "@/graph/edits/dynamicPins";
export { changeGroup, group, groupsOf, putIntoGroup, ungroup } from "@/graph/edits/groups";
export { connect, reconnect } from "@/graph/edits/links";
export {
  addNode,
  addNodes,
  duplicate,
  moveNodes,
  newNode,
  newNote,
  pinOutputs,
  renameNode,
  resizeNode,
  setDisabled,
  setMetadata,
} from "@/graph/edits/nodes";
export { disconnect, remove } from "@/graph/edits/removal";
export { setDefaults, setDescription, setName, setValue } from "@/graph/edits/values";
