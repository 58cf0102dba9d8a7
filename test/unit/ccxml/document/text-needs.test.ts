import { parseDocument } from '../../../../src/ccxml/document/parse-document.ts';
import { CcxmlWorld, onLoaded, page } from '../ccxml-world.ts';

const looks = (text: string): boolean | undefined => {
  const parsed = parseDocument(text, 'http://pages/main');
  return parsed.ok ? parsed.value.looksAtObjects : undefined;
};
const on = (event: string, expression: string): string => page(`<eventprocessor><transition event="${event}"><log expr="${expression}"/></transition></eventprocessor>`);

describe('what a page can see', () => {
  it.each([
    ['connection.connected', 'event$.connectionid + session.id + session.values.x', false],
    ['connection.connected', 'event$.connection.state', true],
    ['*', 'event$.dialog', true],
    ['agent.found', 'event$.conference', false],
    ['agent.found', 'f(event$)', true],
    ['agent.found', "event$['connection']", true],
    ['agent.found', 'session.connections', true],
    ['agent.found', 'session', true],
    ['agent.found', "session['id']", true],
    ['agent.found', 'sessionid + mysession', false],
    ['agent.found', "eval('1')", true],
    ['agent.found', '\\u0073ession.connections', true],
  ])('on %s, %s: %s', (event, expression, expected) => expect(looks(on(event, expression))).toBe(expected));

  it('shows a page everything it did not look at before as soon as it goes to one that does', async () => {
    const { end } = await CcxmlWorld.run(onLoaded('<createcall dest="\'sip:answer@sim\'" connectionid="application.c"/>', '<transition event="connection.connected"><fetch next="\'second\'"/></transition><transition event="fetch.done"><goto fetchid="event$.fetchid"/></transition>', '<var name="application.c"/>'), {
      pages: { second: onLoaded('<exit expr="session.connections[application.c].state"/>') },
    });
    expect(end).toMatchObject({ how: 'exit', value: 'CONNECTED' });
  });

  it('sees event$ in the transition that asks for it, after one that does not', async () => {
    const { end } = await CcxmlWorld.run(onLoaded('<send target="session.id" name="\'a\'"/><send target="session.id" name="\'b\'" namelist="w"/>', '<transition event="a"><assign name="w" expr="1"/></transition><transition event="b"><exit expr="event$.w + \' \' + w"/></transition>', '<var name="w" expr="5"/>'));
    expect(end?.value).toBe('5 1');
  });

  it.each([
    ['a property of event$', 'event$.w + 1', 2],
    ['event$ passed on whole', 'whole(event$)', 1],
    ['event$ by way of eval', "eval('eve' + 'nt$.w')", 1],
    ['event$ by way of the scope', 'transition.event$.w', 1],
    ['what event$ does not have', 'typeof event$.nothing', 'undefined'],
    ['what every object has', 'typeof event$.hasOwnProperty', 'function'],
    ['a name that only the document has', 'w', 5],
  ])('finds %s', async (_what, expression, expected) => {
    const { end } = await CcxmlWorld.run(onLoaded('<send target="session.id" name="\'a\'" namelist="w"/>', `<transition event="a"><assign name="w" expr="5"/><exit expr="${expression}"/></transition>`, '<var name="w" expr="1"/><script>function whole(e) { return e.w; }</script>'));
    expect(end?.value).toBe(expected);
  });

  it('keeps a change a page makes to event$', async () => {
    const { end } = await CcxmlWorld.run(onLoaded('<send target="session.id" name="\'a\'"/>', '<transition event="a"><assign name="event$.mine" expr="event$.name + 1"/><exit expr="event$.mine"/></transition>'));
    expect(end?.value).toBe('a1');
  });
});
