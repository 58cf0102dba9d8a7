/**
 * What a rule's tags see beside `out` (SISR 1.0 §3.3): `rules` and `meta`, filled as the rules below it are left. Runs inside
 * the realm; the parameter is the text that the rule itself matched.
 */
export const sisrFactory = String.raw`function (text) {
  'use strict';
  var latest, latestMeta;
  var rules = { latest: function () { return latest; } };
  var current = { text: text, score: 1 };
  var meta = { current: function () { return current; }, latest: function () { return latestMeta; } };
  return {
    rules: rules, meta: meta,
    leave: function (named, value) {
      var name = named[0];
      latest = value;
      latestMeta = { text: named[1], score: 1 };
      if (name !== 'latest') rules[name] = value;
      if (name !== 'latest' && name !== 'current') meta[name] = latestMeta;
    }
  };
}`;
