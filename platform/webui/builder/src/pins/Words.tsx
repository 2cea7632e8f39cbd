/** A sentence of the server or of a schema: what stands between backticks is code. */
export function Words({ text }: { readonly text: string }) {
  const parts = text.split("`");
  // An odd backtick begins no code.
  if (parts.length % 2 === 0) return text;
  return parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
