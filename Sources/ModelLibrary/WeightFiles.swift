/// Which files hold weights, by their names.
enum WeightFiles {
    private static let endings = [".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".sft"]
    /// Files with such endings that hold no model's weights.
    private static let others = [
        "training_args.bin", "optimizer.bin", "optimizer.pt", "scheduler.bin", "scheduler.pt",
        "rng_state.pth", "random_states_0.pkl",
    ]

    /// Whether a name is that of one model's weights, or of one of its parts.
    static func isOne(_ name: String) -> Bool {
        endings.contains { name.hasSuffix($0) } && !others.contains(name)
    }

    /// Whether it is one of several files, which an index holds together.
    static func isShard(_ name: String) -> Bool {
        let parts = name.split(separator: ".").first?.split(separator: "-") ?? []
        guard parts.count >= 4, parts[parts.count - 2] == "of" else { return false }
        return Int(parts[parts.count - 1]) != nil && Int(parts[parts.count - 3]) != nil
    }

    /// A name without its ending.
    static func stem(_ name: String) -> String {
        endings.first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) } ?? name
    }
}
