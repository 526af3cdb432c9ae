internal import ArgumentParser
internal import Graft

extension OffsetUnit: @retroactive ExpressibleByArgument {}
