import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawSvg } from '../../../../src/ccxml/draw/draw-svg.ts';
import { stateChart } from '../../../../src/ccxml/draw/state-chart.ts';
import { parseDocument } from '../../../../src/ccxml/document/parse-document.ts';
import { packageRoot } from '../../../../src/kernel/package-root.ts';
import { parseXml } from '../../../../src/xml/parse-xml.ts';
import { page } from '../ccxml-world.ts';

const chartOf = (text: string) => {
  const parsed = parseDocument(text, 'http://pages/app.ccxml');
  if (!parsed.ok) throw new Error(parsed.error.diagnostics[0]?.message);
  return stateChart(parsed.value);
};

describe('state charts', () => {
  const text = page(`<var name="state" expr="'init'"/><eventprocessor statevariable="state">
    <transition state="init" event="ccxml.loaded"><assign name="state" expr="'calling'"/><createcall dest="'sip:a@b'"/></transition>
    <transition state="calling" event="connection.connected" cond="1 &lt; 2"><assign name="state" expr="'talking'"/><send target="session.id" name="'x'" delay="'2s'"/></transition>
    <transition state="calling talking" event="connection.*"><if cond="true"><exit/></if></transition>
    <transition event="error.*"><exit/></transition></eventprocessor>`);

  it('reads states, events, actions and targets out of a page', () => {
    const chart = chartOf(text);
    expect(chart.states.map((s) => s.name)).toEqual(['init', 'calling', 'talking', '*', 'exit']);
    expect(chart.states[0]).toMatchObject({ initial: true, rows: [{ event: 'ccxml.loaded', actions: ["createcall 'sip:a@b'"], targets: ['calling'] }] });
    expect(chart.states[1]?.rows[0]).toMatchObject({ cond: '1 < 2', actions: ["send 'x' in '2s'"], targets: ['talking'] });
    expect(chart.states[2]?.rows[0]).toMatchObject({ event: 'connection.*', targets: ['exit'] });
  });

  it('draws well-formed SVG with every state and an arrow per change of state', () => {
    const svg = drawSvg(chartOf(text));
    expect(parseXml(svg).ok).toBe(true);
    for (const label of ['init', 'calling', 'talking', 'in every state', 'connection.connected [1 &lt; 2]']) expect(svg).toContain(label);
    expect(svg.match(/marker-end/g)).toHaveLength(5);
  });

  it.each(['driver', 'nailer'])('draws the shipped %s page', (name) => {
    const svg = drawSvg(chartOf(readFileSync(join(packageRoot(), 'ccxml', `${name}.ccxml`), 'utf8')));
    expect(parseXml(svg).ok).toBe(true);
    expect(svg).not.toContain('NaN');
  });

  it('draws a page without a state variable', () => {
    expect(parseXml(drawSvg(chartOf(page('<eventprocessor><transition event="ccxml.loaded"><exit/></transition></eventprocessor>')))).ok).toBe(true);
  });
});
