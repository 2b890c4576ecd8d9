/** A chart as a file of its own, as it is lit at the moment. */

import { resolved, withoutMedia } from './resolved-css.ts';

/** The text of an SVG file that shows what `svg` shows, on the ground that it stands on. */
export function standalone(svg: SVGSVGElement, css: string): string {
  const style = getComputedStyle(svg);
  const copy = document.importNode(svg, true);
  copy.removeAttribute('style');
  for (const moving of copy.querySelectorAll('.flow')) moving.remove();
  copy.prepend(styleElement(css, style), ground(svg, style.getPropertyValue('--ground')));
  return `${new XMLSerializer().serializeToString(copy)}\n`;
}

const SVG = 'http://www.w3.org/2000/svg';

function styleElement(css: string, style: CSSStyleDeclaration): Element {
  const element = document.createElementNS(SVG, 'style');
  element.textContent = resolved(withoutMedia(css), (name) => style.getPropertyValue(name).trim());
  return element;
}

function ground({ viewBox }: SVGSVGElement, colour: string): Element {
  const { x, y, width, height } = viewBox.baseVal;
  const rect = document.createElementNS(SVG, 'rect');
  for (const [name, value] of Object.entries({ x, y, width, height, fill: colour.trim() }))
    rect.setAttribute(name, String(value));
  return rect;
}
