internal import ArgumentParser
internal import Graft

/// `graft verify`
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that the parts of a model directory fit together.",
    discussion: """
      Shapes against config and tokenizer, ids in range, tied and untied matrices, rows that are not \
      finite or all zeros, special tokens, and the round trip of sample texts. Every problem is listed.

      Examples:
        graft verify out/
        graft verify --json model/
      """)

  @Argument(help: "The model directory.")
  var directory: String

  @Flag(help: "Print one object.")
  var json = false

  func run() throws {
    let verification = ModelVerification(directory)
    if json {
      let lists = [("problems", verification.problems), ("skipped", verification.skipped)].map {
        "\"\($0)\":\(JSONText.list($1.map(JSONText.string)))"
      }
      print("{\"sound\":\(verification.isSound),\(lists.joined(separator: ","))}")
    } else {
      for problem in verification.problems { print("problem: \(problem)") }
      for check in verification.skipped { print("not checked: \(check)") }
      if verification.isSound { print("\(directory): no problems found") }
    }
    if !verification.isSound { throw ExitCode.failure }
  }
}
