import ByteIO
import TestSupport
import Testing

@testable import Tensors

@Suite struct CheckpointTests {
  private let directory: TemporaryDirectory
  private static let firstName = "model-00001-of-00002.safetensors"
  private static let secondName = "model-00002-of-00002.safetensors"
  private static let weightMap =
    #"{"embed":"\#(firstName)","bias":"\#(firstName)","norm":"\#(secondName)"}"#

  init() throws { directory = try TemporaryDirectory() }

  private var first: [UInt8] {
    let header =
      #"{"embed":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"#
      + #""bias":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#
    return safetensors(header, data: (0..<16).map { UInt8($0) })
  }

  private var second: [UInt8] {
    let header = #"{"norm":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    return safetensors(header, data: [9, 8, 7, 6])
  }

  private func writeSharded(weightMap: String = weightMap) throws {
    try directory.write(Self.firstName, first)
    try directory.write(Self.secondName, second)
    try directory.write(
      "model.safetensors.index.json",
      "{\n  \"metadata\": {\"total_size\": 20.0, \"note\": 1.50},\n  \"weight_map\": \(weightMap)\n}\n"
    )
  }

  private func problem() -> CheckpointError.Problem? {
    do {
      _ = try Checkpoint(directory.path)
      return nil
    } catch {
      return error.problem
    }
  }

  @Test("Tensors are found in their files; a vector is seen as one column")
  func looksUp() throws {
    try writeSharded()
    let checkpoint = try Checkpoint(directory.path)
    #expect(checkpoint.shards.map(\.name) == [Self.firstName, Self.secondName])
    #expect(checkpoint.tensorNames == ["embed", "bias", "norm"])
    #expect(checkpoint["norm"]?.shard.name == Self.secondName)
    #expect(checkpoint["nothing"] == nil)
    let bias = try checkpoint.matrix("bias")
    #expect(bias.rows == 2 && bias.columns == 1)
    #expect(bias.rowBytes(1) == [12, 13, 14, 15])
    #expect(throws: CheckpointError(directory: directory.path, .missingTensor("nothing"))) {
      try checkpoint.matrix("nothing")
    }
  }

  @Test("A single file needs no index, and counts where both stand")
  func prefersSingleFile() throws {
    try writeSharded()
    try directory.write("model.safetensors", second)
    let checkpoint = try Checkpoint(directory.path)
    #expect(checkpoint.tensorNames == ["norm"])
    try FileSystem.createDirectory(directory("out"))
    try checkpoint.write(to: directory("out"), replacing: [:])
    #expect(try FileSystem.names(inDirectory: directory("out")) == ["model.safetensors"])
  }

  @Test("Rewriting replaces what is asked for, copies the rest, and corrects the index")
  func rewrites() throws {
    try writeSharded()
    let checkpoint = try Checkpoint(directory.path)
    try FileSystem.createDirectory(directory("out"))
    var steps: [Int] = []
    let replacement = TensorReplacement(Matrix([[1], [2], [3]]))
    try checkpoint.write(to: directory("out"), replacing: ["embed": replacement]) {
      steps.append($0)
    }
    let result = try Checkpoint(directory("out"))
    #expect(try Matrix(result.matrix("embed")).withElements { Array($0) } == [1, 2, 3])
    #expect(try result.matrix("bias").rowBytes(0) == [8, 9, 10, 11])
    #expect(try FileSystem.read(directory("out/" + Self.secondName)) == second)
    let index = try FileSystem.read(directory("out/model.safetensors.index.json"))
    #expect(
      String(decoding: index, as: UTF8.self)
        == "{\n  \"metadata\": {\"total_size\": 24, \"note\": 1.50},\n  \"weight_map\": "
        + "\(Self.weightMap)\n}\n")
    #expect(steps == steps.sorted())
    #expect(checkpoint.outputSize(replacing: ["embed": replacement]) == 24)
  }

  @Test("What is to be replaced must exist")
  func refusesUnknownReplacement() throws {
    try writeSharded()
    let checkpoint = try Checkpoint(directory.path)
    #expect(throws: CheckpointError(directory: directory.path, .missingTensor("x"))) {
      try checkpoint.write(
        to: directory("out"), replacing: ["x": TensorReplacement(Matrix([[1]]))])
    }
  }

  @Test("A directory without weights is refused")
  func refusesEmpty() { #expect(problem() == .noWeights) }

  @Test(
    "A shard must be a plain file name",
    arguments: ["../model.safetensors", "/etc/passwd", "a/b", "..", "."])
  func refusesOutside(name: String) throws {
    try writeSharded(weightMap: #"{"embed":"\#(name)"}"#)
    #expect(problem() == .shardOutsideDirectory(name))
  }

  @Test("A missing shard is named")
  func refusesMissingShard() throws {
    try writeSharded(weightMap: #"{"embed":"other.safetensors"}"#)
    #expect(problem() == .missingShard("other.safetensors"))
  }

  @Test("A tensor must be where the index has it")
  func refusesWrongPlace() throws {
    try writeSharded(
      weightMap: #"{"embed":"\#(Self.secondName)","norm":"\#(Self.secondName)"}"#)
    #expect(
      problem() == .tensorNotInShard(tensor: "embed", shard: Self.secondName))
  }

  @Test("A tensor in two shards is refused")
  func refusesDuplicates() throws {
    try writeSharded(weightMap: #"{"embed":"\#(Self.firstName)","norm":"third"}"#)
    try directory.write("third", first)
    #expect(
      problem() == .duplicateTensor(tensor: "embed", shards: [Self.firstName, "third"]))
  }

  @Test(
    "An index that is not one is refused with its place",
    arguments: ["[]", "{}", #"{"weight_map":[]}"#, #"{"weight_map":{"a":1}}"#, "{"])
  func refusesIndex(text: String) throws {
    try directory.write("model.safetensors.index.json", text)
    guard case .index? = problem() else {
      Issue.record("\(String(describing: problem()))")
      return
    }
  }

  @Test("A tensor that the index names twice is refused")
  func refusesDuplicateEntry() throws {
    try writeSharded(
      weightMap: #"{"embed":"\#(Self.firstName)","embed":"\#(Self.secondName)"}"#)
    guard case .index? = problem() else {
      Issue.record("\(String(describing: problem()))")
      return
    }
  }
}
