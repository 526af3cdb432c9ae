internal import Glibc
internal import Graft

/// A line on standard error that shows how far long work has come; nothing when standard error is not
/// a terminal.
final class ProgressBar {
  private let output = BufferedWriter.standardError()
  private let isVisible = isatty(STDERR_FILENO) != 0
  private var shown = ""
  private var stage = ""
  private var stageStart = ContinuousClock.now
  private var lastDraw: ContinuousClock.Instant?
  /// Two moments of the stage, at least `window` apart once it has lasted that long: the rate since the
  /// first is what is expected for the rest.
  private var rateStart = (time: ContinuousClock.now, fraction: 0.0)
  private var nextRateStart = (time: ContinuousClock.now, fraction: 0.0)

  private static let width = 32
  /// Stages that end within this time are not worth a bar, and neither are faster redraws.
  private static let pause = Duration.milliseconds(120)
  /// Over so much time the rate of work is measured: what went quicker long ago says little.
  private static let window = Duration.seconds(15)

  /// Notes the progress of a stage and passes a pending signal on as an error.
  func update(_ stage: String, _ fraction: Double) throws {
    try Interruption.check()
    guard isVisible else { return }
    let now = ContinuousClock.now
    if stage != self.stage {
      self.stage = stage
      stageStart = now
      rateStart = (now, fraction)
      nextRateStart = rateStart
    }
    if now - nextRateStart.time >= Self.window {
      rateStart = nextRateStart
      nextRateStart = (now, fraction)
    }
    guard now - (lastDraw ?? stageStart) >= Self.pause else { return }
    lastDraw = now
    draw(fraction, elapsed: now - rateStart.time)
  }

  /// Removes the line.
  func finish() {
    if !shown.isEmpty { write("\r\u{1B}[K") }
    shown = ""
  }

  private func draw(_ fraction: Double, elapsed: Duration) {
    let filled = Int((fraction * Double(Self.width)).rounded(.down))
    let bar =
      String(repeating: "━", count: filled) + String(repeating: "·", count: Self.width - filled)
    let seconds = elapsed / .seconds(1)
    let done = fraction - rateStart.fraction
    let remaining = done > 0.001 && seconds > 1 ? seconds * (1 - fraction) / done : nil
    let estimate = remaining.map { ", \(Self.duration($0)) left" } ?? ""
    shown = "\(stage) \(bar) \(Int(fraction * 100)) %\(estimate)"
    write("\r\u{1B}[K" + shown)
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    return whole < 90 ? "\(whole) s" : "\((whole + 59) / 60) min"
  }

  private func write(_ text: String) {
    // A bar that cannot be drawn must not end the work.
    try? output.write(text)
    try? output.flush()
  }
}
