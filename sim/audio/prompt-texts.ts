/** File name (without .wav) → what is said. */
export const shippedPrompts: Readonly<Record<string, string>> = {
  'safe-harbour-intro': 'Hello. This is an automated message from',
  company: 'the company that has just called you.',
  'safe-harbour-body': 'All of our agents are busy at this moment, and we are sorry for the inconvenience. You do not need to do anything.',
  'opt-out-offer': 'If you do not want to receive calls from us any more, press 9.',
  'opted-out': 'Thank you. Your number has been removed from our calling list.',
  'opt-out-question': 'To be removed from our calling list, press 9. To stay on the list, press 1.',
  'opt-out-kept': 'Your number stays on our list.',
  goodbye: 'Goodbye.',
  'voicemail-intro': 'Hello. This is a message from',
  'voicemail-body': 'We tried to reach you and will try again later.',
  'voicemail-callback': 'You can reach us at',
  'notify-intro': 'Hello. This is an announcement from',
  'notify-body': 'We have an important message for you. Please contact us.',
  'notify-repeat': 'To hear this message again, press 1.',
  'not-understood': 'Sorry, that key is not in use.',
  'one-moment': 'One moment, please.',
  'calling-on-behalf-of': 'This is a call on behalf of',
  'sorry-missed-you': 'Sorry we missed you.',
  'press-nine': 'Press 9 to stop further calls.',
};

const words = (...lists: string[]): Record<string, string> => {
  const named: Record<string, string> = {};
  for (const word of lists.flatMap((list) => list.split('|'))) named[word.replace(/[^a-z0-9]+/g, '-')] = word;
  return named;
};

/** The recorded vocabulary of English: what say-as needs, and common words of reminders and surveys. */
export const englishVocabulary: Readonly<Record<string, string>> = {
  ...words(
    'zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen',
    'twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|point|minus|plus|and|percent|half|double',
    'first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|fortieth|fiftieth|sixtieth|seventieth|eightieth|ninetieth|hundredth|thousandth',
    'january|february|march|april|may|june|july|august|september|october|november|december',
    'monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|yesterday|morning|afternoon|evening|night|noon|midnight',
    'dollar|dollars|cent|cents|euro|euros|pound|pounds|penny|pence|franc|francs|yen|yuan|won|rupee|rupees|peso|pesos|real|reais|rouble|roubles',
    'second|seconds|minute|minutes|hour|hours|day|days|week|weeks|month|months|year|years|clock|at|on|in|of|to|from|for|the|a|an|is|are|was|by|or|not|no|yes|true|false',
    'star|hash|dot|dash|slash|space|extension|your|you|we|our|us|have|has|this|that|it|please|thank you|welcome|hello|goodbye|sorry|press|say|enter|key|call|again|later|now|more',
    'name|number|account|balance|amount|payment|due|date|time|code|card|phone|telephone|message|messages|appointment|confirm|confirmed|cancel|change|repeat|continue|agent|help|customer|service|address|order|invoice|bill|paid|doctor|office|open|closed|new|next|last|with|will|be|been|do|any|all|out|up|and',
    'thank you for your time|please enter|you entered|is that correct|your appointment is on|your balance is|the amount due is|please hold the line',
  ),
  // Letters by name; spelled so that the synthesiser says the letter.
  ...Object.fromEntries('ay bee see dee ee eff gee aitch eye jay kay ell em en oh pee queue are ess tee you vee'.split(' ').map((said, i) => [`letter-${String.fromCharCode(97 + i)}`, said])),
  'letter-w': 'double-you',
  'letter-x': 'ex',
  'letter-y': 'why',
  'letter-z': 'zee',
  am: 'ay em',
  pm: 'pee em',
  'o-clock': "o'clock",
};
