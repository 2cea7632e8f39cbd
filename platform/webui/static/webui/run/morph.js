// Make a part of the page say what the server now says, touching only what differs: an element
// that stays the same keeps its focus, its selection and a click that is half done.

/** Give `place` the content of `fresh`, whose nodes may be moved out of it. */
export function morph(place, fresh) {
  const wanted = [...fresh.childNodes];
  wanted.forEach((node, index) => {
    const shown = place.childNodes[index];
    if (!shown) place.append(node);
    else if (!shown.isEqualNode(node)) change(shown, node);
  });
  while (place.childNodes.length > wanted.length) place.lastChild.remove();
}

function change(shown, node) {
  if (shown.nodeType !== Node.ELEMENT_NODE || shown.nodeName !== node.nodeName) {
    shown.replaceWith(node);
    return;
  }
  for (const { name } of [...shown.attributes]) if (!node.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of node.attributes) {
    if (shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  morph(shown, node);
}
