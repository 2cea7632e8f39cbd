/** Blocks on their way from the palette to the canvas. */
const TYPE = "application/x-trellis-block";

/** Put the block into what is dragged. */
export function dragBlock(transfer: DataTransfer, block: string): void {
  transfer.setData(TYPE, block);
  transfer.effectAllowed = "copy";
}

/** Return the id of the block that was dragged here; null where something else was. */
export function draggedBlock(transfer: DataTransfer): string | null {
  return transfer.getData(TYPE) || null;
}
