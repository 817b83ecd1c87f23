---- MODULE SVG ----
\* Pictures as records.
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences
LOCAL INSTANCE TLC

SVGElem(name, attrs, children, text) == [name |-> name, attrs |-> attrs, children |-> children, innerText |-> text]
Line(x1, y1, x2, y2, attrs) ==
  LET own == [x1 |-> ToString(x1), y1 |-> ToString(y1), x2 |-> ToString(x2), y2 |-> ToString(y2)]
  IN SVGElem("line", own @@ attrs, <<>>, "")
Circle(cx, cy, r, attrs) ==
  SVGElem("circle", [cx |-> ToString(cx), cy |-> ToString(cy), r |-> ToString(r)] @@ attrs, <<>>, "")
Rect(x, y, w, h, attrs) ==
  LET own == [x |-> ToString(x), y |-> ToString(y), width |-> ToString(w), height |-> ToString(h)]
  IN SVGElem("rect", own @@ attrs, <<>>, "")
Text(x, y, text, attrs) == SVGElem("text", [x |-> ToString(x), y |-> ToString(y)] @@ attrs, <<>>, text)
Image(x, y, width, height, href, attrs) ==
  LET own == [x |-> ToString(x), y |-> ToString(y), width |-> ToString(width), height |-> ToString(height)]
  IN SVGElem("image", ("xlink:href" :> href) @@ own @@ attrs, <<>>, "")
Group(children, attrs) == SVGElem("g", attrs, children, "")
Svg(children, attrs) == SVGElem("svg", attrs, children, "")
SVGDoc(children, x, y, w, h, attrs) ==
  LET box == ToString(x) \o " " \o ToString(y) \o " " \o ToString(w) \o " " \o ToString(h)
      names == ("xmlns:xlink" :> "http://www.w3.org/1999/xlink") @@ ("xmlns" :> "http://www.w3.org/2000/svg")
  IN Svg(<<children>>, ("viewBox" :> box) @@ names @@ attrs)
SVGElemToString(elem) == Assert(FALSE, "SVGElemToString is not computed here")
NodeOfRingNetwork(cx, cy, r, n, m) == Assert(FALSE, "NodeOfRingNetwork is not computed here")
NodesOfDirectedMultiGraph(nodes, edges, options) == Assert(FALSE, "NodesOfDirectedMultiGraph is not computed here")
PointOnLine(from, to, segment) ==
  [x |-> from.x + ((to.x - from.x) \div segment), y |-> from.y + ((to.y - from.y) \div segment)]
SVGSerialize(svg, prefix, number) == Assert(FALSE, "SVGSerialize writes a file, and mc writes none")
====
