public import ByteIO

/// A search that cannot be made, or an index that cannot be used.
public enum VectorSearchError: Error, Equatable, CustomStringConvertible {
  /// A query of another width than the rows.
  case wrongWidth(Int, expected: Int)
  /// A query with an infinity or a NaN.
  case nonFiniteQuery
  /// A row with an infinity or a NaN.
  case nonFinite(row: Int)
  /// More rows, or longer ones, than an index can hold.
  case tooLarge(rows: Int, columns: Int)
  /// There is not enough memory.
  case outOfMemory
  /// The library that keeps the graph has found an error in it.
  case failed
  /// The file is no index.
  case notAnIndex(path: String)
  /// The file is of a form that this version does not know.
  case unknownVersion(path: String, version: UInt64)
  /// The file has another size than it says, or other bytes than it was written with.
  case damaged(path: String)
  /// The file is an index of other rows.
  case otherRows(path: String)
  /// The file cannot be read or written.
  case file(FileError)

  public var description: String {
    switch self {
    case .wrongWidth(let width, let expected):
      "the query has \(width) elements, but rows have \(expected)"
    case .nonFiniteQuery: "the query has an infinite or undefined number"
    case .nonFinite(let row):
      "row \(row) has an infinite or undefined number; the matrix is damaged"
    case .tooLarge(let rows, let columns):
      "an index cannot hold \(rows) rows of \(columns) elements"
    case .outOfMemory: "there is not enough memory for the index"
    case .failed: "the index is inconsistent; build it anew"
    case .notAnIndex(let path): "\(path) is no index of nearest neighbours"
    case .unknownVersion(let path, let version):
      "\(path): the index has the form \(version), which this version of graft does not know; build it "
        + "anew"
    case .damaged(let path): "\(path): the index is damaged or incomplete; build it anew"
    case .otherRows(let path):
      "\(path): the index was built for other rows than these; build it anew"
    case .file(let error): error.description
    }
  }
}
