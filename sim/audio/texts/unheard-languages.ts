import type { Phrases } from './phrases.ts';
import type { SpokenTexts } from './spoken-texts.ts';

/** Languages that are in neither part: what is said in them shows what a language costs that was not learnt. */
export const unheardTexts: Readonly<Record<string, SpokenTexts>> = {
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

export const unheardPhrases: Readonly<Record<string, Phrases>> = {
  sv: {
    names: ['Lena', 'Johan', 'familjen Berg', 'Eva Lund', 'Anders', 'fru Holm', 'Karin Ek', 'Mattias'],
    firms: ['Bilverkstaden Norr', 'Tandläkarna City', 'Bageriet Ax', 'Hotell Sjön', 'Sparbanken', 'Advokatbyrån Strand'],
    named: ['{n}.', 'Hallå, {n}.', 'Det är {n}.', 'Ja, {n} här.', 'Hej, {n}.'],
    reception: ['{f}, god dag, vad kan jag hjälpa dig med?', 'Välkommen till {f}, du talar med {n}.', '{f}, {n}.', 'God morgon, {f}.'],
    called: ['Hej, det är {n}.', 'Du har kommit till {f}.', 'Hej, du har ringt {n}.', 'Välkommen till {f}.', 'Tack för att du ringer {f}.', 'Hej.'],
    matter: ['Jag kan inte svara just nu.', 'Vi är inte hemma.', 'Abonnenten har stängt av sin telefon.', 'Vi har öppet vardagar mellan nio och fem.', 'Alla handläggare är upptagna.', 'Numret har ingen abonnent.'],
    request: ['Lämna ett meddelande efter tonen.', 'Jag ringer tillbaka så snart jag kan.', 'Försök igen senare.', 'Var god vänta kvar.', 'Säg ditt namn och nummer.'],
  },
  tr: {
    names: ['Ayşe', 'Mehmet', 'Yıldız ailesi', 'Emre Kaya', 'Zeynep', 'Doktor Arslan', 'Fatma Hanım', 'Can'],
    firms: ['Çelik Otomotiv', 'Şifa Polikliniği', 'Deniz Oteli', 'Lale Pastanesi', 'Anadolu Bankası'],
    named: ['{n}.', 'Alo, ben {n}.', 'Evet, {n}.', '{n}, buyurun.', 'Efendim, ben {n}.'],
    reception: ['{f}, iyi günler, nasıl yardımcı olabilirim?', 'Günaydın, {f}, ben {n}.', '{f}, buyurun.', 'Merhaba, {f} adına {n}.'],
    called: ['Merhaba, ben {n}.', 'Merhaba, {n} telesekreteri.', '{f} olarak aradığınız için teşekkür ederiz.', '{f}, hoş geldiniz.', 'İyi günler.', 'Merhaba.'],
    matter: ['Şu anda telefona bakamıyorum.', 'Evde değiliz.', 'Aradığınız abone ulaşılamıyor.', 'Çalışma saatlerimiz dokuz ile altı arasıdır.', 'Tüm temsilcilerimiz meşgul.', 'Aradığınız numara kullanılmamaktadır.'],
    request: ['Sinyalden sonra mesaj bırakın.', 'Sizi en kısa sürede ararım.', 'Lütfen daha sonra tekrar arayın.', 'Lütfen hatta kalın.', 'Adınızı ve numaranızı bırakın.'],
  },
};
