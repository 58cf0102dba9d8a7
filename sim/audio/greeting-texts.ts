/** What people and machines say when they answer, by language (BCP 47 of the espeak-ng voice). */
export interface GreetingTexts {
  /** A person picking up, 0.3–1.8 s. */
  readonly hello: readonly string[];
  /** What the person says later in the call. */
  readonly talk: readonly string[];
  /** A machine's announcement, more than 2.5 s. */
  readonly greeting: readonly string[];
}

export const greetingTexts: Readonly<Record<string, GreetingTexts>> = {
  'en-us': {
    hello: ['Hello?', 'Hello.', 'Hi?', 'Yes?', 'Yeah?', 'Hello, hello?', 'This is John.', 'Good morning.', 'Hello, who is this?', 'Smith residence.', 'Mary speaking.', 'Hey.', 'Hello, this is Anna.'],
    talk: ['Who is calling, please?', 'Yes, that would be me. What is it about?', 'I am sorry, could you say that again?', 'Okay, tomorrow at nine is fine for me.'],
    greeting: [
      'Hi, you have reached John and Mary. We cannot come to the phone right now. Please leave a message after the tone.',
      'The person you are calling is not available. At the tone, please record your message.',
      'Hello. This is the voice mailbox of Peter Miller. Please leave your name and number and I will call you back.',
      'Your call has been forwarded to an automated voice messaging system.',
      'Thank you for calling. Our office is closed at the moment. Please leave a message after the beep.',
      'Hey, it is Dave. You know what to do.',
    ],
  },
  'en-gb': {
    hello: ['Hello?', 'Good afternoon.', 'Hello, Baker here.', 'Yes, hello?', 'Speaking.'],
    talk: ['Oh right, and what can I do for you?', 'No, I am afraid he is out.'],
    greeting: ['Welcome to the voicemail service. I am sorry, but the person you called is not able to take your call.', 'We are not at home just now. Leave your number and we will ring you back as soon as we can.'],
  },
  de: {
    hello: ['Hallo?', 'Ja bitte?', 'Müller.', 'Schmidt, guten Tag.', 'Ja, hallo?'],
    talk: ['Worum geht es denn?', 'Ja, das bin ich, was gibt es?'],
    greeting: ['Guten Tag, Sie sind verbunden mit dem Anschluss von Familie Weber. Bitte hinterlassen Sie eine Nachricht nach dem Signalton.', 'Der gewünschte Gesprächspartner ist zurzeit nicht erreichbar. Bitte sprechen Sie nach dem Ton.'],
  },
  'fr-fr': {
    hello: ['Allô?', 'Oui, allô?', 'Bonjour.', 'Oui?'],
    talk: ['C\'est à quel sujet?', 'Oui, c\'est moi, je vous écoute.'],
    greeting: ['Bonjour, vous êtes bien sur le répondeur de Pierre Martin. Laissez un message après le bip sonore.', 'Votre correspondant n\'est pas disponible pour le moment. Veuillez laisser un message.'],
  },
  it: {
    hello: ['Pronto?', 'Sì, pronto?', 'Buongiorno.'],
    talk: ['Chi parla, per favore?'],
    greeting: ['Salve, questa è la segreteria telefonica di Marco Rossi. Lasciate un messaggio dopo il segnale acustico.'],
  },
  ru: {
    hello: ['Алло?', 'Да?', 'Слушаю вас.'],
    talk: ['Кто это говорит?'],
    greeting: ['Здравствуйте. Вас приветствует автоответчик. Пожалуйста, оставьте сообщение после сигнала.'],
  },
  'es-419': {
    hello: ['¿Bueno?', '¿Hola?', '¿Diga?', 'Sí, ¿quién habla?'],
    talk: ['¿De parte de quién?'],
    greeting: ['Hola, usted se ha comunicado con la familia García. En este momento no podemos atenderle. Deje su mensaje después del tono.'],
  },
  'pt-br': {
    hello: ['Alô?', 'Oi, alô?', 'Pois não?'],
    talk: ['Quem está falando?'],
    greeting: ['Olá, você ligou para o João. Não posso atender agora. Deixe sua mensagem após o sinal.'],
  },
  ja: {
    hello: ['もしもし', 'はい、もしもし'],
    talk: ['はい、どちらさまですか'],
    greeting: ['ただいま でんわに でることが できません。 ピーと いう おとの あとに、 おなまえと ごようけんを おはなし ください。'],
  },
  ko: {
    hello: ['여보세요?', '네, 여보세요?'],
    talk: ['누구세요?'],
    greeting: ['지금은 전화를 받을 수 없습니다. 삐 소리가 난 후에 메시지를 남겨 주세요.'],
  },
  cmn: {
    hello: ['喂?', '你好', '喂,你好'],
    talk: ['请问你是哪位'],
    greeting: ['您好,您所拨打的电话暂时无法接通,请在提示音后留言。'],
  },
};
