internal import Graft

/// What `graft merge` says of a directory that it has written.
struct MergeSummary {
  private let statistics: MergeStatistics
  private let rows: MergedRows?
  private let output: String
  private let style = TerminalStyle.standardOutput

  init(_ statistics: MergeStatistics, _ rows: MergedRows?, output: String) {
    self.statistics = statistics
    self.rows = rows
    self.output = output
  }

  var text: String {
    var lines = [
      line(
        "language",
        ["texts", "bytes", "tokens", "merged", "shorter", "at most"].map { style.dim($0) })
    ]
    let named = statistics.languages.filter { $0.language != nil }
    for entry in named { lines.append(line(entry.language ?? "", columns(entry.counts))) }
    lines.append(line("all", columns(statistics.all)))
    lines.append(
      "\(statistics.merges.grouped) merges in \(statistics.batches.grouped) batches")
    if let rows {
      let unknown =
        rows.meanCount == 0 ? "" : ", \(rows.meanCount.grouped) of them the mean of all rows"
      lines.append("\(rows.madeCount.grouped) rows made by \(rows.method.name)\(unknown)")
    }
    lines.append(style.green("wrote") + " \(style.bold(output))")
    return lines.joined(separator: "\n")
  }

  private func columns(_ counts: MergeStatistics.Counts) -> [String] {
    [
      counts.texts.grouped, counts.bytes.grouped, counts.baseTokens.grouped,
      counts.mergedTokens.grouped, counts.shortening.rounded(to: 1) + " %",
      counts.greatestShortening.rounded(to: 1) + " %",
    ]
  }

  private func line(_ name: String, _ columns: [String]) -> String {
    name.padded(to: 16) + columns.map { $0.padded(to: 12, alignment: .right) }.joined()
  }
}
