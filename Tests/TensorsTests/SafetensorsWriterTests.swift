import ByteIO
import TestSupport
import Testing

@testable import Tensors

@Suite struct SafetensorsWriterTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A file whose header order is not its data order, with a tensor of each of several kinds.
  private func makeSource() throws -> SafetensorsFile {
    let header =
      #"{"__metadata__":{"format":"pt","ü\n":"\"x\""},"#
      + #""head":{"dtype":"F16","shape":[2,2],"data_offsets":[16,24]},"#
      + #""embed":{"dtype":"BF16","shape":[4,2],"data_offsets":[0,16]},"#
      + #""odd":{"dtype":"F8_E4M3","shape":[1,3],"data_offsets":[24,27]}}"#
    let path = try directory.write(
      "source", safetensors(header, data: (0..<27).map { UInt8($0 &+ 40) }))
    return try SafetensorsFile(path)
  }

  private func bytes(_ file: SafetensorsFile, _ name: String) throws -> [UInt8] {
    file.withBytes(of: try #require(file[name])) { Array($0) }
  }

  @Test("Without replacements everything comes back: names, data order, metadata, bytes")
  func roundTrips() throws {
    let source = try makeSource()
    let path = directory("copy")
    let size = try SafetensorsWriter.write(
      source.outputs(replacing: [:]), metadata: source.metadata, to: path)
    let copy = try SafetensorsFile(path)
    #expect(size == 27)
    #expect(copy.tensors.map(\.name) == ["embed", "head", "odd"])
    #expect(copy.metadata.map(\.key) == ["format", "ü\n"])
    #expect(copy.metadata.map(\.value) == ["pt", "\"x\""])
    for name in ["embed", "head", "odd"] {
      #expect(try bytes(copy, name) == bytes(source, name))
      #expect(copy[name]?.elementType == source[name]?.elementType)
      #expect(copy[name]?.shape == source[name]?.shape)
    }
    let dataStart = try #require(copy.tensorsInDataOrder.first?.byteRange.lowerBound)
    #expect(dataStart % 8 == 0)
  }

  @Test("A replaced tensor has its new shape and its old type; the others keep their bits")
  func replaces() throws {
    let source = try makeSource()
    let old = try source.matrix("embed")
    let replacement = TensorReplacement(shape: [3, 2]) { sink in
      try sink.write(rows: 2..<3, of: old)
      try sink.write(Matrix([[1, -2]]))
      try sink.write(rows: 1..<2, of: try source.matrix("head"))
    }
    let path = directory("new")
    try SafetensorsWriter.write(source.outputs(replacing: ["embed": replacement]), to: path)
    let new = try SafetensorsFile(path)
    let matrix = try new.matrix("embed")
    #expect(matrix.rows == 3 && matrix.elementType == .bfloat16)
    #expect(matrix.rowBytes(0) == old.rowBytes(2))
    #expect(matrix.row(1) == [1, -2])
    let head = try source.matrix("head").row(1).map(HalfPrecision.bfloat16)
    #expect(matrix.row(2) == head.map(HalfPrecision.float(bfloat16:)))
    #expect(try bytes(new, "head") == bytes(source, "head"))
    #expect(try bytes(new, "odd") == bytes(source, "odd"))
    #expect(new.metadata.isEmpty)
  }

  @Test("Replacing by the same rows gives the same file to the last byte")
  func isIdempotent() throws {
    let source = try makeSource()
    let old = try source.matrix("embed")
    let same = TensorReplacement(shape: [4, 2]) { sink in try sink.write(rows: 0..<4, of: old) }
    try SafetensorsWriter.write(source.outputs(replacing: [:]), to: directory("a"))
    try SafetensorsWriter.write(source.outputs(replacing: ["embed": same]), to: directory("b"))
    #expect(try FileSystem.read(directory("a")) == FileSystem.read(directory("b")))
  }

  @Test("Too few or too many elements, and numbers for a type without them, are errors")
  func checksAmounts() throws {
    let source = try makeSource()
    func problem(_ name: String, _ shape: [Int], _ matrix: Matrix) -> SafetensorsError.Problem? {
      let replacement = TensorReplacement(shape: shape) { try $0.write(matrix) }
      let path = directory("bad-\(name)-\(shape)-\(matrix.rows)")
      do {
        try SafetensorsWriter.write(source.outputs(replacing: [name: replacement]), to: path)
        return nil
      } catch {
        return (error as? SafetensorsError)?.problem
      }
    }
    let row = Matrix([[1, 2]])
    #expect(problem("embed", [2, 2], row) == .wrongAmount(needed: 8, written: 4))
    #expect(problem("embed", [1, 1], row) == .wrongAmount(needed: 2, written: 4))
    #expect(problem("odd", [1, 2], row) == .notRealMatrix(.float8e4m3, shape: [1, 2]))
    #expect(problem("embed", [-1, 2], row) == .invalidShape([-1, 2]))
    #expect(problem("embed", [1, 2], row) == nil)
  }

  @Test("A new size never leaves a wider element at an odd place")
  func keepsAlignment() throws {
    let outputs = [
      TensorOutput(name: "a", elementType: .bfloat16, shape: [3, 1]) { sink in
        try sink.write(Matrix([[1], [2], [3]]))
      },
      TensorOutput(name: "b", elementType: .float32, shape: [1, 1]) { sink in
        try sink.write(Matrix([[4]]))
      },
    ]
    try SafetensorsWriter.write(outputs, to: directory("aligned"))
    let file = try SafetensorsFile(directory("aligned"))
    #expect(file.tensorsInDataOrder.map(\.name) == ["b", "a"])
    #expect(try Matrix(file.matrix("a")).row(2) == [3])
    #expect(try Matrix(file.matrix("b")).row(0) == [4])
  }

  @Test("Progress counts the bytes of the file, and what it throws ends the writing")
  func reportsProgress() throws {
    struct Cancelled: Error {}
    let source = try makeSource()
    var steps: [Int] = []
    let path = directory("counted")
    try SafetensorsWriter.write(source.outputs(replacing: [:]), to: path) { steps.append($0) }
    #expect(steps == steps.sorted() && steps.count == 3)
    #expect(steps.last == (try MappedFile(path).count))
    #expect(throws: Cancelled.self) {
      try SafetensorsWriter.write(source.outputs(replacing: [:]), to: directory("cut")) { _ in
        throw Cancelled()
      }
    }
  }

  @Test("A name cannot stand twice")
  func refusesDuplicates() throws {
    let source = try makeSource()
    let tensor = TensorOutput(copying: source.tensors[0], from: source)
    #expect(throws: SafetensorsError.self) {
      try SafetensorsWriter.write([tensor, tensor], to: directory("twice"))
    }
  }
}
