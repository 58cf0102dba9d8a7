/**
 * The read-only DOM of VoiceXML 2.1 Appendix D, as ECMAScript for the sandbox. `$nailupDom(data)` builds a document from nested
 * arrays: ['e', name, prefix, local, namespace, [[name, prefix, local, ns, value]…], [children…]], ['t', text], ['c', comment], ['p', target, data].
 * There is no method that changes a node, and nodes are frozen.
 */
export const domSource = `
var $nailupDom = (function () {
  function DOMException(code, message) { this.code = code; this.message = message; }
  DOMException.prototype = Object.create(Error.prototype);
  var names = ['INDEX_SIZE_ERR', 'DOMSTRING_SIZE_ERR', 'HIERARCHY_REQUEST_ERR', 'WRONG_DOCUMENT_ERR', 'INVALID_CHARACTER_ERR', 'NO_DATA_ALLOWED_ERR', 'NO_MODIFICATION_ALLOWED_ERR', 'NOT_FOUND_ERR', 'NOT_SUPPORTED_ERR', 'INUSE_ATTRIBUTE_ERR'];
  names.forEach(function (n, i) { DOMException[n] = i + 1; });
  function get(proto, name, f) { Object.defineProperty(proto, name, { get: f, enumerable: true, configurable: false }); }
  function NodeList(items) { this._n = items; for (var i = 0; i < items.length; i++) this[i] = items[i]; Object.freeze(this); }
  NodeList.prototype.item = function (i) { return i >= 0 && i < this._n.length ? this._n[i] : null; };
  get(NodeList.prototype, 'length', function () { return this._n.length; });
  function NamedNodeMap(items) { NodeList.call(this, items); }
  NamedNodeMap.prototype = Object.create(NodeList.prototype);
  NamedNodeMap.prototype.getNamedItem = function (name) { for (var i = 0; i < this._n.length; i++) if (this._n[i].name === String(name)) return this._n[i]; return null; };
  NamedNodeMap.prototype.getNamedItemNS = function (ns, local) { for (var i = 0; i < this._n.length; i++) if (this._n[i].localName === String(local) && (this._n[i].namespaceURI || null) === (ns || null)) return this._n[i]; return null; };
  function Node() {}
  var types = ['ELEMENT_NODE', 'ATTRIBUTE_NODE', 'TEXT_NODE', 'CDATA_SECTION_NODE', 'ENTITY_REFERENCE_NODE', 'ENTITY_NODE', 'PROCESSING_INSTRUCTION_NODE', 'COMMENT_NODE', 'DOCUMENT_NODE', 'DOCUMENT_TYPE_NODE', 'DOCUMENT_FRAGMENT_NODE', 'NOTATION_NODE'];
  types.forEach(function (n, i) { Node[n] = i + 1; Object.defineProperty(Node.prototype, n, { value: i + 1, enumerable: true }); });
  get(Node.prototype, 'childNodes', function () { return this._c; });
  get(Node.prototype, 'firstChild', function () { return this._c.item(0); });
  get(Node.prototype, 'lastChild', function () { return this._c.item(this._c.length - 1); });
  get(Node.prototype, 'parentNode', function () { return this._p.node; });
  get(Node.prototype, 'ownerDocument', function () { return this._d === undefined ? null : this._d.node; });
  get(Node.prototype, 'previousSibling', function () { var p = this.parentNode; return p === null ? null : p._c.item(this._i - 1); });
  get(Node.prototype, 'nextSibling', function () { var p = this.parentNode; return p === null ? null : p._c.item(this._i + 1); });
  get(Node.prototype, 'attributes', function () { return null; });
  get(Node.prototype, 'nodeValue', function () { return null; });
  get(Node.prototype, 'namespaceURI', function () { return null; });
  get(Node.prototype, 'prefix', function () { return null; });
  get(Node.prototype, 'localName', function () { return null; });
  Node.prototype.hasChildNodes = function () { return this._c.length > 0; };
  Node.prototype.hasAttributes = function () { return false; };
  Node.prototype.isSupported = function (feature, version) { feature = String(feature).toLowerCase(); return (feature === 'core' || feature === 'xml') && (!version || version === '1.0' || version === '2.0'); };
  function inherit(f, type) { f.prototype = Object.create(Node.prototype); Object.defineProperty(f.prototype, 'nodeType', { value: type, enumerable: true }); return f; }
  var empty = new NodeList([]), nowhere = Object.freeze({ node: null });
  function link(node, parent, document, index) {
    Object.defineProperty(node, '_p', { value: parent }); Object.defineProperty(node, '_d', { value: document }); Object.defineProperty(node, '_i', { value: index });
  }
  function hidden(node, name, value) { Object.defineProperty(node, name, { value: value }); }
  function collect(node, test, out) { for (var i = 0; i < node._c.length; i++) { var c = node._c.item(i); if (c.nodeType === 1) { if (test(c)) out.push(c); collect(c, test, out); } } return out; }
  function byName(name) { name = String(name); return new NodeList(collect(this, function (e) { return name === '*' || e.tagName === name; }, [])); }
  function byNameNS(ns, local) { return new NodeList(collect(this, function (e) { return (ns === '*' || (e.namespaceURI || null) === (ns || null)) && (local === '*' || e.localName === String(local)); }, [])); }
  var Element = inherit(function () {}, 1);
  get(Element.prototype, 'tagName', function () { return this._name[0]; });
  get(Element.prototype, 'nodeName', function () { return this._name[0]; });
  get(Element.prototype, 'prefix', function () { return this._name[1]; });
  get(Element.prototype, 'localName', function () { return this._name[2]; });
  get(Element.prototype, 'namespaceURI', function () { return this._name[3]; });
  get(Element.prototype, 'attributes', function () { return this._a; });
  Element.prototype.hasAttributes = function () { return this._a.length > 0; };
  Element.prototype.getAttributeNode = function (n) { return this._a.getNamedItem(n); };
  Element.prototype.getAttributeNodeNS = function (ns, n) { return this._a.getNamedItemNS(ns, n); };
  Element.prototype.getAttribute = function (n) { var a = this._a.getNamedItem(n); return a === null ? '' : a.value; };
  Element.prototype.getAttributeNS = function (ns, n) { var a = this._a.getNamedItemNS(ns, n); return a === null ? '' : a.value; };
  Element.prototype.hasAttribute = function (n) { return this._a.getNamedItem(n) !== null; };
  Element.prototype.hasAttributeNS = function (ns, n) { return this._a.getNamedItemNS(ns, n) !== null; };
  Element.prototype.getElementsByTagName = byName;
  Element.prototype.getElementsByTagNameNS = byNameNS;
  var Attr = inherit(function () {}, 2);
  get(Attr.prototype, 'name', function () { return this._name[0]; });
  get(Attr.prototype, 'nodeName', function () { return this._name[0]; });
  get(Attr.prototype, 'prefix', function () { return this._name[1]; });
  get(Attr.prototype, 'localName', function () { return this._name[2]; });
  get(Attr.prototype, 'namespaceURI', function () { return this._name[3]; });
  get(Attr.prototype, 'value', function () { return this._v; });
  get(Attr.prototype, 'nodeValue', function () { return this._v; });
  get(Attr.prototype, 'specified', function () { return true; });
  get(Attr.prototype, 'ownerElement', function () { return this._e.node; });
  function character(type, name) {
    var f = inherit(function () {}, type);
    get(f.prototype, 'nodeName', function () { return name; });
    get(f.prototype, 'data', function () { return this._v; });
    get(f.prototype, 'nodeValue', function () { return this._v; });
    get(f.prototype, 'length', function () { return this._v.length; });
    f.prototype.substringData = function (offset, count) {
      if (offset < 0 || count < 0 || offset > this._v.length) throw new DOMException(1, 'INDEX_SIZE_ERR');
      return this._v.substr(offset, count);
    };
    return f;
  }
  var Text = character(3, '#text'), Comment = character(8, '#comment');
  var Instruction = inherit(function () {}, 7);
  get(Instruction.prototype, 'nodeName', function () { return this._t; });
  get(Instruction.prototype, 'target', function () { return this._t; });
  get(Instruction.prototype, 'data', function () { return this._v; });
  get(Instruction.prototype, 'nodeValue', function () { return this._v; });
  var Document = inherit(function () {}, 9);
  get(Document.prototype, 'nodeName', function () { return '#document'; });
  get(Document.prototype, 'doctype', function () { return null; });
  get(Document.prototype, 'documentElement', function () { for (var i = 0; i < this._c.length; i++) if (this._c.item(i).nodeType === 1) return this._c.item(i); return null; });
  Document.prototype.getElementsByTagName = byName;
  Document.prototype.getElementsByTagNameNS = byNameNS;
  Document.prototype.getElementById = function () { return null; };
  get(Document.prototype, 'implementation', function () { return { hasFeature: Node.prototype.isSupported }; });
  function build(data, parent, document, index) {
    var node, self = { node: null };
    if (data[0] === 'e') {
      node = new Element();
      hidden(node, '_name', data.slice(1, 5));
      hidden(node, '_a', new NamedNodeMap(data[5].map(function (a, i) {
        var attr = new Attr(), text = new Text(), own = { node: attr };
        link(attr, nowhere, document, i); hidden(attr, '_name', a.slice(0, 4)); hidden(attr, '_v', a[4]); hidden(attr, '_e', self);
        link(text, own, document, 0); hidden(text, '_v', a[4]); hidden(text, '_c', empty); Object.freeze(text);
        hidden(attr, '_c', new NodeList([text]));
        return Object.freeze(attr);
      })));
    } else if (data[0] === 't' || data[0] === 'c') {
      node = data[0] === 't' ? new Text() : new Comment();
      hidden(node, '_v', data[1]);
    } else {
      node = new Instruction();
      hidden(node, '_t', data[1]); hidden(node, '_v', data[2]);
    }
    link(node, parent, document, index);
    hidden(node, '_c', data[0] === 'e' && data[6].length > 0 ? new NodeList(data[6].map(function (c, i) { return build(c, self, document, i); })) : empty);
    self.node = node;
    return Object.freeze(node);
  }
  return function (data) {
    var doc = new Document(), self = { node: null };
    link(doc, nowhere, undefined, 0);
    hidden(doc, '_c', new NodeList(data.map(function (c, i) { return build(c, self, self, i); })));
    self.node = doc;
    return Object.freeze(doc);
  };
})();
`;
