/**
 * What runs inside every realm before anything authored: scopes, read-only views and the encoder of values. It keeps the
 * built-ins it needs in variables of its own, so that a page that overwrites them only spoils its own view of things.
 * A scope is `{ vars, chain, named, raw, readOnly }`; `chain` holds the variable objects from the outermost inwards, each of
 * which becomes one `with` around a compiled expression.
 *
 * It is written without brackets around much text: QuickJS reads ahead to the partner of each opening bracket, and what nests in
 * many is read many times.
 */
export const realmSource = String.raw`0,function () {
  'use strict';
  const { defineProperty, getOwnPropertyDescriptor, create, keys, setPrototypeOf } = Object, reflectGet = Reflect.get;
  const { isArray } = Array, { parse, stringify } = JSON, ProxyOf = Proxy;
  const own = Function.prototype.call.bind(Object.prototype.hasOwnProperty);
  const push = Function.prototype.call.bind(Array.prototype.push);
  const get = Function.prototype.call.bind(WeakMap.prototype.get), put = Function.prototype.call.bind(WeakMap.prototype.set);
  const charAt = Function.prototype.call.bind(String.prototype.indexOf);
  const cut = Function.prototype.call.bind(String.prototype.split);
  const Text = String, Missing = ReferenceError, Num = Number, Err = TypeError, ErrorType = Error, DateType = Date;
  const views = new WeakMap(), raws = new WeakMap(), scopes = create(null), shared = create(null);

  function refuse() { throw new Err('a read-only object is not changed'); }
  const handler = {
    get(target, key, receiver) {
      const d = getOwnPropertyDescriptor(target, key);
      return d === undefined ? reflectGet(target, key, receiver) : view(d.value);
    },
    getOwnPropertyDescriptor(target, key) {
      const d = getOwnPropertyDescriptor(target, key);
      if (d !== undefined && key !== 'length') { d.value = view(d.value); }
      return d;
    },
    set: refuse, defineProperty: refuse, deleteProperty: refuse, setPrototypeOf: refuse, preventExtensions: refuse,
  };
  function view(value) {
    if (typeof value !== 'object' || value === null || get(raws, value) !== undefined) return value;
    let v = get(views, value);
    if (v === undefined) { v = new ProxyOf(value, handler); put(views, value, v); put(raws, v, value); }
    return v;
  }
  function decode(v) {
    if (typeof v !== 'object' || v === null) return v;
    if (isArray(v)) {
      switch (v[0]) {
        case 'a': { const list = []; for (let i = 1; i < v.length; i++) push(list, decode(v[i])); return list; }
        case 'n': return Num(v[1]);
        case 'r': return shared.find(v);
        default: return undefined;
      }
    }
    const names = keys(v);
    for (let i = 0; i < names.length; i++) { const k = names[i], c = v[k]; if (typeof c === 'object' && c !== null) v[k] = decode(c); }
    return v;
  }
  // Without a prototype: neither an authored toJSON nor an authored setter gets into what is written.
  function bare(list) { return setPrototypeOf(list, null); }
  // An object is kept for the exporter, which is brought when it is first needed; 'o' says so.
  function encode(v) {
    switch (typeof v) {
      case 'string': return charAt(v, '\0') < 0 ? 's' + v : 'j' + stringify(v);
      case 'number': return v === 0 && 1 / v < 0 ? 'n-0' : 'n' + v;
      case 'boolean': return v ? 't' : 'f';
      case 'object': if (v === null) return 'l'; shared.pending = v; return 'o';
      case 'bigint': return 'n' + Num(v);
      default: return 'u';
    }
  }
  // The traps of a scope seen by its name; a handler is an object that inherits them and knows its scope.
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
  function nameOf(scope) {
    const named = create(traps);
    named.scope = scope;
    return new ProxyOf(scope.vars, named);
  }
  function check(scope, name) {
    if (scope.readOnly) throw new Err('the scope ' + scope.name + ' is read-only');
    const d = getOwnPropertyDescriptor(scope.vars, name);
    if (d !== undefined && !d.writable) throw new Err(name + ' is read-only');
  }
  function define(scope, name, value, writable) {
    defineProperty(scope.vars, name, { value, writable: writable && !scope.readOnly, configurable: true, enumerable: true });
  }
  function op_open(parent, number, name, named, readOnly) {
    const vars = create(null), chain = bare([]);
    for (let i = 0; parent !== undefined && i < parent.chain.length; i++) chain[i] = parent.chain[i];
    chain[chain.length] = vars;
    const scope = { name, vars, raw: create(null), readOnly: readOnly === 1, chain, number };
    if (named === 1) defineProperty(vars, name, { value: nameOf(scope), writable: false, configurable: true, enumerable: false });
    scopes[number] = scope;
    return scope;
  }
  function op_close(scope) { delete scopes[scope.number]; }
  function op_evaluate(scope, fn) { return encode(fn(scope.chain)); }
  function op_plain(scope, fn, given) { return fn(scope.chain, given); }
  function op_declare(scope, name, fn) { check(scope, name); define(scope, name, fn === undefined ? undefined : fn(scope.chain), true); }
  function op_set(scope, name, text, mode) {
    const value = mode === 2 ? text : decode(parse(text));
    define(scope, name, value, true);
    delete scope.raw[name];
  }
  function op_setReadOnly(scope, name, text) {
    const value = decode(parse(text));
    const raw = typeof value === 'object' && value !== null ? get(raws, value) || value : value;
    scope.raw[name] = raw;
    define(scope, name, view(raw), false);
  }
  function op_has(scope, name) { return own(scope.vars, name) ? 1 : 0; }
  function op_remove(scope, name) { delete scope.vars[name]; delete scope.raw[name]; }
  let paths = create(null), known = 0;
  function partsOf(text) {
    let parts = paths[text];
    if (parts === undefined) {
      if (++known > 1000) { paths = create(null); known = 0; }
      parts = paths[text] = cut(text, '.');
    }
    return parts;
  }
  function ownerOf(scope, name) {
    const chain = scope.chain;
    for (let i = chain.length - 1; i >= 0; i--) if (name in chain[i]) return chain[i];
    return undefined;
  }
  function op_read(scope, text) {
    const parts = partsOf(text), owner = ownerOf(scope, parts[0]);
    if (owner === undefined) return 'm';
    let at = owner[parts[0]];
    for (let i = 1; i < parts.length; i++) at = at[parts[i]];
    const type = typeof at;
    // What is neither primitive nor exported is worked with in the realm: the caller compiles.
    return type === 'function' || type === 'symbol' || type === 'bigint' ? 'x' : encode(at);
  }
  function op_bind(scope, name, text) {
    check(scope, name);
    const parts = partsOf(text), owner = ownerOf(scope, parts[0]);
    if (owner === undefined) return 0;
    let at = owner[parts[0]];
    for (let i = 1; i < parts.length; i++) at = at[parts[i]];
    define(scope, name, at, true);
    return 1;
  }
  function op_bindValue(scope, name, value) { check(scope, name); define(scope, name, value, true); }
  function op_store(scope, target, source, isPath) {
    let value = source;
    if (isPath === 1) {
      const from = partsOf(source), owner = ownerOf(scope, from[0]);
      if (owner === undefined) return 0;
      value = owner[from[0]];
      for (let i = 1; i < from.length; i++) value = value[from[i]];
    }
    const parts = partsOf(target), owner = ownerOf(scope, parts[0]);
    if (owner === undefined) throw new Missing("'" + parts[0] + "' is not defined");
    if (parts.length === 1) { owner[parts[0]] = value; return 1; }
    let base = owner[parts[0]];
    if (parts.length === 2 && !getOwnPropertyDescriptor(owner, parts[0]).enumerable && !own(owner, parts[1])) throw new Missing(target + ' is not declared');
    for (let i = 1; i < parts.length - 1; i++) base = base[parts[i]];
    base[parts[parts.length - 1]] = value;
    return 1;
  }
  shared.own = own; shared.bare = bare; shared.scopes = scopes; shared.define = define; shared.decode = decode; shared.view = view; shared.raws = raws; shared.get = get;
  shared.iso = Function.prototype.call.bind(Date.prototype.toISOString);
  const kept = { isArray, keys, create, getOwnPropertyDescriptor, parse, stringify, Text, Num, Err, ErrorType, DateType };
  for (const name in kept) shared[name] = kept[name];
  return { shared, open: op_open, close: op_close, evaluate: op_evaluate, plain: op_plain, declare: op_declare, set: op_set, setReadOnly: op_setReadOnly, has: op_has, remove: op_remove, read: op_read, bind: op_bind, bindValue: op_bindValue, store: op_store };
}`;

/** Functions that every session needs, answered by `realmSource`. */
const coreFunctions = ['open', 'close', 'evaluate', 'plain', 'declare', 'set', 'setReadOnly', 'has', 'remove', 'read', 'bind', 'bindValue', 'store'] as const;

/** Functions that many sessions never need, by the source that makes them of what the core shares. */
const groups = {
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
  const { own, scopes, view } = s;
  function find(v) {
    const scope = scopes[v[1]];
    if (scope === undefined) return undefined;
    let at = own(scope.raw, v[2]) ? scope.raw[v[2]] : scope.vars[v[2]];
    const live = own(scope.raw, v[2]);
    for (let i = 3; i < v.length; i++) { if (typeof at !== 'object' || at === null || !own(at, v[i])) return undefined; at = at[v[i]]; }
    return live ? view(at) : at;
  }
  s.find = find;
  function op_reference() { }
  return { reference: op_reference };
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
  script: String.raw`0,function (s) {
  'use strict';
  const { own, parse, decode, define, Err } = s;
  function op_hoist(scope, names) {
    if (scope.readOnly) throw new Err('the scope ' + scope.name + ' is read-only');
    const list = parse(names);
    for (let i = 0; i < list.length; i++) if (!own(scope.vars, list[i])) define(scope, list[i], undefined, true);
  }
  function op_construct(scope, name, factory, text) { define(scope, name, factory(decode(parse(text))), true); }
  return { hoist: op_hoist, construct: op_construct };
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

const groupOf = { export: 'export', reference: 'reference', patch: 'patch', unpatch: 'patch', hoist: 'script', construct: 'script', describe: 'error', undeclared: 'error' } as const;

export type RealmFunction = (typeof coreFunctions)[number] | keyof typeof groupOf;
export const realmFunctions: readonly RealmFunction[] = coreFunctions;

/** The source that makes a function which the core does not have, and what else it makes. */
export function realmGroup(name: RealmFunction): { readonly source: string; readonly makes: readonly RealmFunction[] } {
  const group = groupOf[name as keyof typeof groupOf];
  const makes = (Object.keys(groupOf) as (keyof typeof groupOf)[]).filter((other) => groupOf[other] === group);
  return { source: groups[group], makes };
}
