import ByteIO
import Hypernetworks
import Tensors
import TestSupport
import Testing
import Tokenization

/// A tiny hypernetwork and what PyTorch says of it, made by `tools/hypernet_goldens.py`.
struct GoldenHypernetwork: CustomTestStringConvertible, Sendable {
  let name: String

  var testDescription: String { name }

  static let directory = PackageFiles.path("Tests/Fixtures/hypernetworks")

  /// All of them.
  static let all: [GoldenHypernetwork] = {
    let names = (try? FileSystem.names(inDirectory: directory)) ?? []
    return names.sorted().map { GoldenHypernetwork(name: $0) }
  }()

  var path: String { Self.directory + "/" + name }

  private var document: JSON {
    get throws {
      let file = path + "/goldens.json"
      return try JSON(parsing: FileSystem.read(file), source: file)
    }
  }

  /// The pieces of tokens.
  var surfaces: [[TokenID]] {
    get throws {
      try document.required("surfaces").elements.map { row in
        row.elements.compactMap { $0.int.map { TokenID($0) } }
      }
    }
  }

  var language: Int? { get throws { try document.optional("language")?.int } }

  /// The rows of the model that the hypernetwork belongs to.
  var source: SourceRows {
    get throws {
      SourceRows(
        input: try matrix("source.input").view, output: try? matrix("source.output").view)
    }
  }

  /// A tensor beside the checkpoint.
  func matrix(_ tensor: String) throws -> Matrix {
    Matrix(try SafetensorsFile(path + "/rows.safetensors").matrix(tensor))
  }
}

/// The largest difference relative to the largest number.
func relativeError(_ made: Matrix, _ expected: Matrix) -> Double {
  guard made.rows == expected.rows, made.columns == expected.columns else { return .infinity }
  var (difference, size) = (0.0, 0.0)
  for row in 0..<made.rows {
    for (left, right) in zip(made.row(row), expected.row(row)) {
      difference = max(difference, abs(Double(left) - Double(right)))
      size = max(size, abs(Double(right)))
    }
  }
  return difference / max(size, .leastNormalMagnitude)
}
