import { checkDocument } from '../../../../src/ccxml/check/check-document.ts';
import { onLoaded, page } from '../ccxml-world.ts';

const found = (text: string, scripts: Readonly<Record<string, string>> = {}): string[] =>
  checkDocument(text, 'file:///app/main.ccxml', (uri) => scripts[uri]).diagnostics.map((d) => `${d.severity} ${d.code} ${d.line}:${d.column} ${d.message}`);

describe('check-document', () => {
  it('finds expressions that do not parse, with the place', () => {
    expect(found(`<ccxml version="1.0" xmlns="http://www.w3.org/2002/09/ccxml">
  <eventprocessor>
    <transition event="ccxml.loaded">
      <log expr="1 +"/>
      <script>
        var a = 1;
        if (a {
      </script>
    </transition>
  </eventprocessor>
</ccxml>`)).toEqual([expect.stringMatching(/^error syntax 4:2\d /), expect.stringMatching(/^error syntax 7:\d+ <script>/)]);
  });

  it('finds variables nobody declares, and knows those of scripts, functions and scopes', () => {
    expect(found(onLoaded('<assign name="x" expr="y + helper(1) + library(2)"/><log expr="typeof never + session.id + o.p"/>', '', '<var name="x"/><var name="o"/><script>function helper(n) { var inner = n; return inner; }</script><script src="lib.js"/>'), { 'file:///app/lib.js': 'var library = function (a) { return a; };' }))
      .toEqual([expect.stringMatching(/^warning undeclared-variable 1:\d+ y is not declared$/)]);
    expect(found(onLoaded('<var name="own"/><send target="session.id" name="\'ccxml.x\'" namelist="own other.thing"/>', '<transition event="error.*"><log expr="own"/></transition>'))).toEqual([
      expect.stringContaining('other is not declared'), expect.stringContaining('own is not declared'),
    ]);
  });

  it('says nothing of variables when a script cannot be seen', () => {
    expect(found(onLoaded('<log expr="mystery"/>', '', '<script src="gone.js"/>'))).toEqual([]);
  });

  it('finds transitions that no event reaches', () => {
    const findings = found(page(`<var name="s" expr="'a'"/><eventprocessor statevariable="s">
      <transition event="connection.*"/>
      <transition event="connection.connected" state="a"/>
      <transition event="ccxml.loaded" cond="s == 'a'"/>
      <transition event="ccxml.loaded" state="b"/>
      <transition event="error.*" state="a"/>
      <transition event="error.fetch"/></eventprocessor>`));
    expect(findings.map((f) => f.split(' ').slice(0, 3).join(' '))).toEqual(['warning unreachable-transition 3:7', 'warning unreachable-transition 5:7']);
  });

  it('finds events that nothing sends, unless the page sends names it makes up as it goes', () => {
    const transitions = '<transition event="my.event"/><transition event="dialog.user.hello"/><transition event="user.known"/>';
    expect(found(onLoaded('<send target="session.id" name="\'user.known\'"/>', transitions))).toEqual([expect.stringContaining('event-nothing-sends')]);
    expect(found(onLoaded('<send target="session.id" name="n"/>', transitions, '<var name="n" expr="\'my.event\'"/>'))).toEqual([]);
  });

  it('reports what the parser reports', () => {
    const report = checkDocument(onLoaded('<goto/>'), 'file:///app/main.ccxml', () => undefined);
    expect([report.valid, report.diagnostics[0]?.code]).toEqual([false, 'missing-attribute']);
  });
});
