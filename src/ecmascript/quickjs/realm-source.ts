/**
 * What runs inside every realm before anything authored: scopes, read-only views and the encoder of values. It keeps the
 * built-ins it needs in variables of its own, so that a page that overwrites them only spoils its own view of things.
 * A scope is `{ name, vars, chain, raw, readOnly, number }`; `chain` holds the variable objects from the outermost inwards, each of
 * which becomes one `with` around a compiled expression.
 *
 * Compiling it is most of what a new realm costs, about 0.1 µs a character: what many sessions never need stands in groups of
 * its own below. It is written without brackets around much text: QuickJS reads ahead to the partner of each opening bracket.
 */
export const realmSource = String.raw`0,function () {
  'use strict';
  const { defineProperty, getOwnPropertyDescriptor, create, keys } = Object, { isArray } = Array, { parse, stringify } = JSON, ProxyOf = Proxy;
  const call = Function.prototype.call, bind = call.bind.bind(call);
  const own = bind({}.hasOwnProperty), get = bind(WeakMap.prototype.get), put = bind(WeakMap.prototype.set), charAt = bind(''.indexOf), cut = bind(''.split);
  const Text = String, Num = Number, Err = TypeError, Missing = ReferenceError, ErrorType = Error, DateType = Date, iso = bind(Date.prototype.toISOString);
  const { setPrototypeOf, getPrototypeOf } = Object, views = new WeakMap(), raws = new WeakMap();
  let owner;

  function refuse() { throw new Err('a read-only object is not changed'); }
  const handler = {
    get(target, key) { return view(target[key]); },
    getOwnPropertyDescriptor(target, key) {
      const d = getOwnPropertyDescriptor(target, key);
      if (d) d.value = view(d.value);
      return d;
    },
    set: refuse, defineProperty: refuse, deleteProperty: refuse, setPrototypeOf: refuse, preventExtensions: refuse,
  };
  function view(value) {
    if (typeof value !== 'object' || value === null || get(raws, value)) return value;
    let v = get(views, value);
    if (!v) { v = new ProxyOf(value, handler); put(views, value, v); put(raws, v, value); }
    return v;
  }
  function decode(v) {
    if (typeof v !== 'object' || v === null) return v;
    if (isArray(v)) {
      const tag = v[0], list = [];
      if (tag === 'a') { for (let i = 1; i < v.length; i++) list[i - 1] = decode(v[i]); return list; }
      return tag === 'n' ? Num(v[1]) : tag === 'r' ? shared.find(v) : undefined;
    }
    const names = keys(v);
    for (let i = 0; i < names.length; i++) v[names[i]] = decode(v[names[i]]);
    return v;
  }
  // What is no primitive is kept: an object ('o') for the exporter or, like other things ('x'), to be put into a variable.
  function encode(v) {
    switch (typeof v) {
      case 'string': return charAt(v, '\0') < 0 ? 's' + v : 'j' + stringify(v);
      case 'number': return v === 0 && 1 / v < 0 ? 'n-0' : 'n' + v;
      case 'boolean': return v ? 't' : 'f';
      case 'object': if (v === null) return 'l'; shared.pending = v; return 'o';
      case 'undefined': return 'u';
    }
    shared.pending = v;
    return 'x';
  }
  function define(scope, name, value, writable) {
    defineProperty(scope.vars, name, { value, writable: writable && !scope.readOnly, configurable: true, enumerable: true });
  }
  // What the first n names of a path hold, from the scope whose variable begins it: the owner.
  function walk(scope, path, n) {
    const { chain } = scope;
    for (let i = chain.length; i-- > 0;) {
      if (!(path[0] in chain[i])) continue;
      let at = owner = chain[i];
      for (let j = 0; j < n; j++) at = at[path[j]];
      return at;
    }
    owner = undefined;
  }
  const shared = { own, bare, define, decode, view, raws, get, iso, isArray, keys, create, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, parse, stringify, ProxyOf, Text, Num, Err, ErrorType, DateType };
  // Without a prototype: neither an authored toJSON nor an authored setter gets into what is written.
  function bare(list) { return setPrototypeOf(list, null); }
  function op_open(parent, number, name, readOnly) {
    const vars = create(null), chain = bare([]), length = parent ? parent.chain.length : 0;
    for (let i = 0; i < length; i++) chain[i] = parent.chain[i];
    chain[length] = vars;
    return { name, vars, raw: create(null), readOnly: readOnly === 1, chain, number };
  }
  function op_run(scope, fn, given, plain) {
    const v = fn(scope.chain, given);
    return plain ? v : encode(v);
  }
  function op_fill(scope, text, absent) {
    const values = decode(parse(text)), names = keys(values);
    for (let i = 0; i < names.length; i++) {
      if (absent && own(scope.vars, names[i])) continue;
      define(scope, names[i], values[names[i]], true);
      delete scope.raw[names[i]];
    }
  }
  function op_setReadOnly(scope, name, text) {
    const value = decode(parse(text)), raw = scope.raw[name] = typeof value === 'object' && value && get(raws, value) || value;
    define(scope, name, view(raw), false);
  }
  function op_read(scope, text) {
    const path = cut(text, '.'), at = walk(scope, path, path.length);
    return owner === undefined ? 'm' : encode(at);
  }
  function op_bind(scope, name, value, kept) {
    const d = getOwnPropertyDescriptor(scope.vars, name);
    if (scope.readOnly || d && !d.writable) throw new Err(name + ' of the scope ' + scope.name + ' is read-only');
    define(scope, name, kept ? shared.pending : value, true);
  }
  function op_store(scope, target, value, kept) {
    const path = cut(target, '.'), last = path.length - 1, base = walk(scope, path, last);
    if (owner === undefined) throw new Missing("'" + path[0] + "' is not defined");
    if (last === 1 && !getOwnPropertyDescriptor(owner, path[0]).enumerable && !own(owner, path[1])) throw new Missing(target + ' is not declared');
    base[path[last]] = kept ? shared.pending : value;
  }
  return [shared, op_open, op_run, op_fill, op_setReadOnly, op_read, op_bind, op_store];
}`;

/** Functions that every session needs, answered by `realmSource` in this order, after what it shares with the groups below. */
export const coreFunctions = ['open', 'run', 'fill', 'setReadOnly', 'read', 'bind', 'store'] as const;

/** Functions that many sessions never need, by the source that makes them of what the core shares. */
const groups = {
  // A scope seen by its own name (`ccxml.x`): a handler is an object that inherits the traps and knows its scope.
  name: String.raw`0,function (s) {
  'use strict';
  const { own, create, define, defineProperty, getOwnPropertyDescriptor, ProxyOf, Text, Err } = s;
  const traps = {
    get(target, key) { return target[key]; },
    set(target, key, value) {
      const d = getOwnPropertyDescriptor(target, key);
      if (this.scope.readOnly || (d !== undefined && !d.writable)) throw new Err(this.scope.name + '.' + Text(key) + ' is read-only');
      target[key] = value;
      return true;
    },
    defineProperty() { throw new Err(this.scope.name + ' takes no property definitions'); },
    deleteProperty(target, key) {
      const d = getOwnPropertyDescriptor(target, key);
      if (d !== undefined && (this.scope.readOnly || !d.writable)) throw new Err(this.scope.name + '.' + Text(key) + ' is read-only');
      return delete target[key];
    },
    setPrototypeOf() { return false; },
    preventExtensions() { return false; },
  };
  function op_name(scope, alias) {
    const named = create(traps);
    named.scope = scope;
    const value = new ProxyOf(scope.vars, named);
    defineProperty(scope.vars, scope.name, { value, writable: false, configurable: true, enumerable: false });
    if (alias !== undefined && !own(scope.vars, alias)) define(scope, alias, value, true);
  }
  return { name: op_name };
}`,
  look: String.raw`0,function (s) {
  'use strict';
  const { own } = s;
  function op_has(scope, name) { return own(scope.vars, name) ? 1 : 0; }
  function op_remove(scope, name) { delete scope.vars[name]; delete scope.raw[name]; }
  return { has: op_has, remove: op_remove };
}`,
  // An object of plain values, as most are; 'o' where it is none.
  flat: String.raw`0,function (s) {
  'use strict';
  const { keys, create, bare, stringify, getPrototypeOf } = s, plain = getPrototypeOf(s);
  function op_flat() {
    const v = s.pending, names = keys(v), out = create(null);
    if (getPrototypeOf(v) !== plain) return 'o';
    for (let i = 0; i < names.length; i++) {
      const c = v[names[i]], type = typeof c;
      if (c === undefined) out[names[i]] = bare(['u']);
      else if (type === 'string' || type === 'boolean' || type === 'number' && c - c === 0 && (c !== 0 || 1 / c > 0)) out[names[i]] = c;
      else return 'o';
    }
    s.pending = undefined;
    return 'j' + stringify(out);
  }
  return { flat: op_flat };
}`,
  export: String.raw`0,function (s) {
  'use strict';
  const { isArray, keys, create, bare, iso, stringify, Text, Num, DateType, ErrorType } = s;
  function encodeDeep(v, depth, state) {
    switch (typeof v) {
      case 'string': case 'boolean': return v;
      case 'number': return v !== v || v === Infinity || v === -Infinity || (v === 0 && 1 / v < 0) ? bare(['n', v === 0 ? '-0' : Text(v)]) : v;
      case 'bigint': return bare(['n', Text(Num(v))]);
      case 'object': break;
      default: return bare(['u']);
    }
    if (v === null) return null;
    if (depth > 64 || ++state.count > 100000) return bare(['u']);
    for (let i = 0; i < depth; i++) if (state.path[i] === v) return bare(['u']);
    state.path[depth] = v;
    let out;
    if (isArray(v)) {
      out = bare(['a']);
      for (let i = 0; i < v.length && state.count < 100000; i++) { state.count++; out[i + 1] = encodeDeep(v[i], depth + 1, state); }
    } else if (v instanceof DateType) out = v.getTime() === v.getTime() ? iso(v) : 'Invalid Date';
    else if (v instanceof ErrorType) out = Text(v);
    else {
      out = create(null);
      const names = keys(v);
      for (let i = 0; i < names.length; i++) {
        const c = v[names[i]];
        if (typeof c !== 'function' && typeof c !== 'symbol') out[names[i]] = encodeDeep(c, depth + 1, state);
      }
    }
    state.path.length = depth;
    return out;
  }
  function op_export() {
    const v = s.pending;
    s.pending = undefined;
    return 'j' + stringify(encodeDeep(v, 0, { count: 0, path: bare([]) }));
  }
  return { export: op_export };
}`,
  reference: String.raw`0,function (s) {
  'use strict';
  const { own, create, view } = s, scopes = create(null);
  function find(v) {
    const scope = scopes[v[1]];
    if (scope === undefined) return undefined;
    let at = own(scope.raw, v[2]) ? scope.raw[v[2]] : scope.vars[v[2]];
    const live = own(scope.raw, v[2]);
    for (let i = 3; i < v.length; i++) { if (typeof at !== 'object' || at === null || !own(at, v[i])) return undefined; at = at[v[i]]; }
    return live ? view(at) : at;
  }
  s.find = find;
  function op_reference(scope) { scopes[scope.number] = scope; }
  function op_forget(scope) { delete scopes[scope.number]; }
  return { reference: op_reference, forget: op_forget };
}`,
  patch: String.raw`0,function (s) {
  'use strict';
  const { own, parse, decode, raws, get, Err } = s;
  function walk(scope, name, path) {
    let at = scope.raw[name];
    if (typeof at !== 'object' || at === null) throw new Err(name + ' is no read-only object');
    for (let i = 0; i < path.length - 1; i++) {
      if (!own(at, path[i]) || typeof at[path[i]] !== 'object' || at[path[i]] === null) at[path[i]] = {};
      at = at[path[i]];
    }
    return at;
  }
  function op_patch(scope, name, path, text) {
    const steps = parse(path), at = walk(scope, name, steps), value = decode(parse(text));
    at[steps[steps.length - 1]] = typeof value === 'object' && value !== null ? get(raws, value) || value : value;
  }
  function op_unpatch(scope, name, path) { const steps = parse(path); delete walk(scope, name, steps)[steps[steps.length - 1]]; }
  return { patch: op_patch, unpatch: op_unpatch };
}`,
  construct: String.raw`0,function (s) {
  'use strict';
  const { parse, decode, define } = s;
  function op_construct(scope, name, factory, text) { define(scope, name, factory(decode(parse(text))), true); }
  return { construct: op_construct };
}`,
  error: String.raw`0,function (s) {
  'use strict';
  const { bare, stringify, Text, ErrorType, own, getOwnPropertyDescriptor } = s;
  function op_describe(e) {
    let name = 'Error', message = '', stack = '';
    try {
      if (e instanceof ErrorType) { name = Text(e.name); message = Text(e.message); stack = Text(e.stack); }
      else { name = ''; message = typeof e === 'object' && e !== null ? stringify(e) || Text(e) : Text(e); }
    } catch (again) { message = 'a value that cannot be shown was thrown'; }
    return stringify(bare([name, message, stack]));
  }
  function op_undeclared(scope, name, property) {
    for (let i = scope.chain.length - 1; i >= 0; i--) {
      if (!own(scope.chain[i], name)) continue;
      const d = getOwnPropertyDescriptor(scope.chain[i], name);
      return !d.enumerable && !own(scope.chain[i], property) ? 1 : 0;
    }
    return 0;
  }
  return { describe: op_describe, undeclared: op_undeclared };
}`,
} as const;

const groupOf = { name: 'name', has: 'look', remove: 'look', flat: 'flat', export: 'export', reference: 'reference', forget: 'reference', patch: 'patch', unpatch: 'patch', construct: 'construct', describe: 'error', undeclared: 'error' } as const;

export type RealmFunction = (typeof coreFunctions)[number] | keyof typeof groupOf;

/** The source that makes a function which the core does not have, and what else it makes. */
export function realmGroup(name: RealmFunction): { readonly source: string; readonly makes: readonly RealmFunction[] } {
  const group = groupOf[name as keyof typeof groupOf];
  const makes = (Object.keys(groupOf) as (keyof typeof groupOf)[]).filter((other) => groupOf[other] === group);
  return { source: groups[group], makes };
}
