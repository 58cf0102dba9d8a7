import type { XmlDocument } from '../../xml/xml-tree.ts';

/**
 * VoiceXML 2.1 §6 and the note "Authorizing Read Access to XML Content Using the <?access-control?> Processing Instruction":
 * without the instruction only the host the document came from may read it; with it, the hosts that match `allow` and not `deny`.
 */
export function allowsAccess(document: XmlDocument, readerUri: string): boolean {
  const reader = hostOf(readerUri);
  const own = hostOf(document.uri ?? '');
  const rules = document.prolog.filter((n) => n.kind === 'instruction' && n.target === 'access-control').map((n) => n.text);
  if (rules.length === 0) return true;
  const patterns = (name: string): string[] => rules.flatMap((r) => (new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(r)?.slice(1).find((v) => v !== undefined) ?? '').split(/\s+/).filter((p) => p !== ''));
  const matches = (pattern: string): boolean => pattern === '*' || (pattern.startsWith('*.') ? reader.endsWith(pattern.slice(1)) : pattern.replace(/:\d+$/, '') === reader);
  if (patterns('deny').some(matches)) return false;
  const allow = patterns('allow');
  return allow.length === 0 ? reader === own : allow.some(matches);
}

function hostOf(uri: string): string {
  try {
    return new URL(uri).hostname;
  } catch {
    return '';
  }
}
