public import ArgumentParser
public import Graft

extension OffsetUnit: ExpressibleByArgument {}
