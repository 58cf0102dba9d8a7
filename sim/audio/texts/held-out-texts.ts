import type { SpokenTexts } from './spoken-texts.ts';

/** The languages of the held-out part, by espeak-ng's name. None of them, nor any of these sentences, is ever tuned on. */
export const heldOutTexts: Readonly<Record<string, SpokenTexts>> = {
  'en-us': {
    word: ['Hello?', 'Yeah?', 'Hello.', 'Hi.', 'Yes?', 'Hullo?'],
    pair: ['Yeah, hello?', 'Hello, hello?', 'Good afternoon.', 'Hi there.', 'Yes, hello.'],
    name: ['Smith speaking.', 'This is Karen.', 'Hello, Bob here.', 'Johnson residence.', 'Hi, it is Susan.', 'Doctor Wilson.'],
    sentence: ['Good morning, Miller and Sons, how can I help you?', 'Front desk, this is Emily speaking, what can I do for you?', 'Hello, who is calling please?', 'City dental clinic, could you hold on for a moment?', 'Hi, Mike is not here, can I take something down?'],
    greeting: [
      'Hi, this is Brian. I can not take your call right now, so please leave me a message.',
      'The number you have dialed is not in service. Please check the number and dial again.',
      'Your call has been forwarded to voice mail. At the tone, please record your message.',
      'Hello. You have reached the Parkers. Nobody is home at the moment.',
      'You have reached the office of Doctor Green. If this is an emergency, please hang up and dial nine one one.',
      'Thanks for calling Riverside Pizza. Our hours are eleven to ten, seven days a week.',
      'Hey, Jen here. Leave your name and number.',
      'The wireless customer you are calling is not available. Please try your call again later.',
    ],
  },
  it: {
    word: ['Pronto?', 'Sì?', 'Pronto.', 'Dica.'],
    pair: ['Sì, pronto?', 'Pronto, sì?', 'Buonasera.', 'Pronto, pronto?'],
    name: ['Pronto, Bianchi.', 'Sono Giulia.', 'Casa Ferrari.', 'Parla Marco Conti.'],
    sentence: ['Buongiorno, officina Romano, in che cosa posso esserle utile?', 'Studio legale Galli, sono Chiara, mi dica.', 'Pronto, scusi, ma chi parla?'],
    greeting: [
      'Ciao, sono Luca. In questo momento non posso rispondere, lasciate un messaggio.',
      'Il cliente da lei chiamato non è al momento raggiungibile. La preghiamo di richiamare più tardi.',
      'Risponde la segreteria telefonica della famiglia Esposito. Parlate dopo il segnale acustico.',
      'Salve. I nostri uffici sono chiusi. Vi preghiamo di richiamare domani mattina.',
    ],
  },
  'pt-br': {
    word: ['Alô?', 'Oi?', 'Sim?', 'Fala.'],
    pair: ['Oi, alô?', 'Pois não?', 'Alô, alô?', 'Boa tarde.'],
    name: ['Alô, é a Paula.', 'Carlos falando.', 'Aqui é o Pedro.', 'Silva, bom dia.'],
    sentence: ['Padaria Estrela, bom dia, em que posso ajudar?', 'Alô, quem gostaria de falar?', 'Clínica São José, Fernanda, boa tarde.'],
    greeting: [
      'Oi, aqui é o Rafael. Não posso falar agora, deixe o seu recado que eu retorno.',
      'O número chamado encontra-se desligado ou fora da área de cobertura.',
      'Sua chamada está sendo encaminhada para a caixa postal e estará sujeita a cobrança após o sinal.',
      'Olá. Nosso horário de atendimento é de segunda a sexta, das oito às dezoito horas.',
    ],
  },
  ja: {
    word: ['はい。', 'もしもし？', 'はい？'],
    pair: ['はい、もしもし。', 'もしもし、もしもし？', 'はい、どうも。'],
    name: ['たなかです。', 'はい、さとうです。', 'すずきで ございます。'],
    sentence: ['おでんわ ありがとうございます。 やまだ しょうじで ございます。', 'はい、どちらさまで いらっしゃいますか。'],
    greeting: [
      'おかけに なった でんわは、 でんぱの とどかない ばしょに あるか、 でんげんが はいって いません。',
      'はい、たかはしです。 いま、でんわに でられません。 のちほど かけなおします。',
      'るすばん でんわ サービスに せつぞく します。 はっしんおんの あとに メッセージを どうぞ。',
    ],
  },
  cmn: {
    word: ['喂？', '你好。', '喂。'],
    pair: ['喂，你好。', '喂，喂？', '哎，你好。'],
    name: ['我是王明。', '你好，李华。', '喂，我是小张。'],
    sentence: ['您好，北京饭店前台，请问有什么可以帮您？', '喂，请问您找哪一位？'],
    greeting: [
      '对不起，您拨打的用户已关机，请稍后再拨。',
      '您好，我是陈刚，现在不方便接听电话，请您留言。',
      '欢迎致电客户服务中心，现在是非工作时间，请明天再拨。',
    ],
  },
  sv: {
    word: ['Hallå?', 'Tjena.', 'Hej.', 'Hallå.'],
    pair: ['Ja, hallå?', 'Hej hej.', 'God dag.', 'Ja, hej.'],
    name: ['Andersson.', 'Det är Lena.', 'Hej, Johan här.', 'Eva Lindström.'],
    sentence: ['God morgon, Svenssons bilverkstad, vad kan jag hjälpa till med?', 'Vårdcentralen Björken, du talar med Maria.', 'Hallå, vem är det jag talar med?'],
    greeting: [
      'Hej, du har kommit till Erik Nilsson. Jag kan inte svara just nu, lämna ett meddelande efter tonen.',
      'Abonnenten kan inte nås för tillfället. Försök gärna igen senare.',
      'Hej. Det är Sofia. Jag ringer upp dig så fort jag kan.',
      'Välkommen till kundtjänst. Just nu är det många som ringer, var god dröj.',
    ],
  },
  tr: {
    word: ['Buyrun?', 'Efendim?', 'Evet?', 'Efendim.'],
    pair: ['Evet, alo?', 'Alo, efendim?', 'Alo, buyurun.', 'İyi günler.'],
    name: ['Ben Ayşe.', 'Mehmet Yılmaz.', 'Alo, ben Emre.', 'Kaya, buyurun.'],
    sentence: ['İyi günler, Demir Otomotiv, size nasıl yardımcı olabilirim?', 'Alo, kiminle görüşüyorum acaba?'],
    greeting: [
      'Merhaba, şu anda telefonunuza cevap veremiyorum. Sinyal sesinden sonra mesajınızı bırakabilirsiniz.',
      'Aradığınız kişiye şu anda ulaşılamıyor. Lütfen daha sonra tekrar deneyiniz.',
      'Selam. Ben Can, toplantıdayım. Seni sonra ararım.',
    ],
  },
};
