/// Rows by the node that stands for them.
struct RowGroups: Sendable {
  /// Where the rows of each node begin in `members`, and where the last ones end.
  let starts: [UInt32]
  /// The rows, node by node; those of a node ascend.
  let members: [UInt32]

  /// The number of nodes.
  var count: Int { starts.count - 1 }

  /// The rows of a node.
  subscript(node: Int) -> ArraySlice<UInt32> {
    members[Int(starts[node])..<Int(starts[node + 1])]
  }

  var memorySize: Int { (starts.count + members.count) * MemoryLayout<UInt32>.stride }

  /// Stored groups.
  ///
  /// - Parameter rowCount: the number of rows that there are.
  /// - Returns: `nil` when they are none of so many rows.
  init?(starts: [UInt32], members: [UInt32], rowCount: Int) {
    guard starts.first == 0, starts.last.map(Int.init) == members.count, members.count == rowCount,
      zip(starts, starts.dropFirst()).allSatisfy(<), members.allSatisfy({ $0 < rowCount })
    else { return nil }
    self.starts = starts
    self.members = members
  }

  /// Groups rows with the same hash. The order of the nodes is that of their hashes, which is as good as
  /// random.
  init(hashes: [UInt64]) {
    let order = hashes.indices.map { (hash: hashes[$0], row: UInt32($0)) }.sorted {
      $0.hash == $1.hash ? $0.row < $1.row : $0.hash < $1.hash
    }
    var starts: [UInt32] = []
    for (index, entry) in order.enumerated()
    where index == 0 || order[index - 1].hash != entry.hash {
      starts.append(UInt32(index))
    }
    starts.append(UInt32(order.count))
    self.starts = starts
    members = order.map(\.row)
  }
}
