/** §5.2.5: what the platform does where no handler of the document takes an event. */
export interface DefaultHandler {
  /** Spoken from the platform's own words; undefined is silent. */
  readonly message: DefaultMessage | undefined;
  readonly then: 'nothing' | 'reprompt' | 'exit';
}
export type DefaultMessage = 'error' | 'help' | 'nomatch' | 'maxspeechtimeout' | 'other';

const table: readonly (readonly [event: string, handler: DefaultHandler])[] = [
  ['cancel', { message: undefined, then: 'nothing' }],
  ['error', { message: 'error', then: 'exit' }],
  ['exit', { message: undefined, then: 'exit' }],
  ['help', { message: 'help', then: 'reprompt' }],
  ['noinput', { message: undefined, then: 'reprompt' }],
  ['nomatch', { message: 'nomatch', then: 'reprompt' }],
  ['maxspeechtimeout', { message: 'maxspeechtimeout', then: 'reprompt' }],
  ['connection.disconnect', { message: undefined, then: 'exit' }],
];

export function defaultHandler(event: string): DefaultHandler {
  const found = table.find(([name]) => event === name || event.startsWith(`${name}.`));
  return found?.[1] ?? { message: 'other', then: 'exit' };
}

/** The platform's words, by language; the first two letters decide. */
export const defaultMessages: Readonly<Record<string, Readonly<Record<DefaultMessage, string>>>> = {
  en: {
    error: 'Sorry, an error occurred. Goodbye.',
    help: 'Sorry, no help is available.',
    nomatch: 'Sorry, I did not understand that.',
    maxspeechtimeout: 'Sorry, that was too long.',
    other: 'Sorry, this service has to end here. Goodbye.',
  },
  de: {
    error: 'Es ist leider ein Fehler aufgetreten. Auf Wiederhören.',
    help: 'Leider gibt es hier keine Hilfe.',
    nomatch: 'Das habe ich leider nicht verstanden.',
    maxspeechtimeout: 'Das war leider zu lang.',
    other: 'Der Dienst muss hier leider enden. Auf Wiederhören.',
  },
  fr: {
    error: 'Désolé, une erreur est survenue. Au revoir.',
    help: "Désolé, aucune aide n'est disponible.",
    nomatch: "Désolé, je n'ai pas compris.",
    maxspeechtimeout: "Désolé, c'était trop long.",
    other: 'Désolé, ce service doit se terminer ici. Au revoir.',
  },
};
