/** A chart as SVG, drawn by echarts without a browser. */
import { init } from 'echarts';
import { type Chart, describe } from './charts.ts';
import { barsOption, heightOfBars } from './draw-bars.ts';
import { HEIGHT_OF_LINES, linesOption } from './draw-lines.ts';
import { PALETTES, type Shade } from './palette.ts';

export const WIDTH = 760;

export function svgOf(chart: Chart, shade: Shade): string {
  const { content } = chart;
  const palette = PALETTES[shade];
  const isLines = content.kind === 'lines';
  const height = isLines ? HEIGHT_OF_LINES : heightOfBars(content);
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  const common = {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: 'system-ui, sans-serif', color: palette.ink },
    title: {
      text: chart.title,
      left: 0,
      top: 0,
      textStyle: { fontSize: 15, fontWeight: 600, color: palette.ink },
    },
  } as const;
  drawing.setOption({
    ...common,
    ...(isLines ? linesOption(content, palette) : barsOption(content, palette)),
  });
  const text = drawing.renderToSVGString();
  drawing.dispose();
  return `${settled(text, chart)}\n`;
}

/**
 * The same text for the same figures: echarts counts its drawings and its styles on and on. Without
 * what it adds for a pointer; with words for those who do not see it.
 */
function settled(text: string, chart: Chart): string {
  const words = `<title>${escaped(chart.title)}</title><desc>${escaped(describe(chart))}</desc>`;
  return text
    .replace(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/<style[\s\S]*?<\/style>\n?/g, '')
    .replace(/\bzr\d+-/g, `${chart.name}-`)
    .replace(/^<svg ([^>]*)>/, (_, attributes: string) => `<svg ${attributes} role="img">${words}`);
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
