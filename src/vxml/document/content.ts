/** The content classes of the VoiceXML 2.1 schema, as lists of tags. */
export const audioContent = ['#text', 'audio', 'enumerate', 'value'] as const;
export const eventHandlers = ['catch', 'error', 'help', 'noinput', 'nomatch'] as const;
export const speechMarkup = ['break', 'emphasis', 'mark', 'p', 'paragraph', 's', 'sentence', 'phoneme', 'prosody', 'say-as', 'sub', 'voice', 'lexicon', 'meta', 'metadata', 'desc'] as const;
export const promptContent = [...audioContent, ...speechMarkup, 'foreach'] as const;
export const executableContent = [
  ...audioContent, 'assign', 'clear', 'data', 'disconnect', 'exit', 'foreach', 'goto', 'if', 'log', 'prompt', 'reprompt', 'return',
  'script', 'submit', 'throw', 'var',
] as const;
export const formItems = ['block', 'field', 'initial', 'object', 'record', 'subdialog', 'transfer'] as const;
