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
        graft verify --json out/
        graft verify draft-with-target-tokens/ --same-ids target/
      """)

  @Argument(help: "The model directory.")
  var directory: String

  @Option(
    help: ArgumentHelp(
      """
      A model that must have the same tokens under the same ids, the same special tokens and the same \
      number of rows, as speculative decoding needs it.
      """, valueName: "model"))
  var sameIds: String?

  @Flag(help: "Print one object.")
  var json = false

  func run() throws {
    let verification = ModelVerification(directory, sameIDsAs: sameIds)
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
