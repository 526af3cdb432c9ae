internal import Glibc

extension ReductionCurve {
  /// The curve as a picture: tokens in percent of those without merges over the number of merges, on a logarithmic
  /// scale that begins at 0.
  public var svg: String {
    let drawing = CurveDrawing(points: points)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(CurveDrawing.width) \(CurveDrawing.height)" \
      font-family="sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="white"/>
      \(drawing.horizontalLines)
      \(drawing.verticalLines)
      <polyline fill="none" stroke="#1769aa" stroke-width="2" points="\(drawing.path)"/>
      <text x="\(CurveDrawing.width / 2)" y="\(CurveDrawing.height - 8)" text-anchor="middle">\
      merges in each batch</text>
      <text x="14" y="20">tokens, % of those without merges</text>
      </svg>

      """
  }
}

/// The places of a curve in a picture, in its units.
private struct CurveDrawing {
  static let width = 720
  static let height = 420
  private static let left = 60.0
  private static let right = 700.0
  private static let top = 36.0
  private static let bottom = 360.0

  private let points: [ReductionCurve.Point]
  private let all: Double
  /// The lower end of the vertical axis, a multiple of 10 percent.
  private let floor: Double
  private let mostMerges: Int

  init(points: [ReductionCurve.Point]) {
    self.points = points
    all = Double(max(points.first?.tokens ?? 0, 1))
    floor = (10 * Double(points.last?.tokens ?? 0) / all).rounded(.down) * 10
    mostMerges = max(points.last?.merges ?? 0, 1)
  }

  private func x(_ merges: Int) -> Double {
    Self.left + (Self.right - Self.left) * log1p(Double(merges)) / log1p(Double(mostMerges))
  }

  private func y(_ percent: Double) -> Double {
    Self.bottom - (Self.bottom - Self.top) * (percent - floor) / max(100 - floor, 10)
  }

  private func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  var path: String {
    points.map { point in
      "\(number(x(point.merges))),\(number(y(100 * Double(point.tokens) / all)))"
    }.joined(separator: " ")
  }

  var horizontalLines: String {
    stride(from: floor, through: 100, by: 10).map { percent in
      line(from: (Self.left, y(percent)), to: (Self.right, y(percent)))
        + text("\(Int(percent))", at: (Self.left - 8, y(percent) + 4), anchor: "end")
    }.joined(separator: "\n")
  }

  var verticalLines: String {
    var ticks = [0]
    var tick = 1
    while tick <= mostMerges {
      ticks.append(tick)
      tick *= 10
    }
    return ticks.map { merges in
      line(from: (x(merges), Self.top), to: (x(merges), Self.bottom))
        + text("\(merges)", at: (x(merges), Self.bottom + 18), anchor: "middle")
    }.joined(separator: "\n")
  }

  private func line(from start: (Double, Double), to end: (Double, Double)) -> String {
    "<line x1=\"\(number(start.0))\" y1=\"\(number(start.1))\" x2=\"\(number(end.0))\" "
      + "y2=\"\(number(end.1))\" stroke=\"#ddd\"/>"
  }

  private func text(_ text: String, at place: (Double, Double), anchor: String) -> String {
    "<text x=\"\(number(place.0))\" y=\"\(number(place.1))\" text-anchor=\"\(anchor)\">\(text)</text>"
  }
}
