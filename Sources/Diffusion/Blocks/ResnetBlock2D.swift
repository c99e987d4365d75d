import Layers
import Torch

/// Two 3x3 convolutions with a shortcut, moved by the time embedding; keys `norm1`, `conv1`,
/// `time_emb_proj`, `norm2`, `conv2`, and `conv_shortcut` where the channels change. He et al. 2016;
/// Dhariwal and Nichol 2021.
public struct ResnetBlock2D {
    let path: String
    let norm1, norm2: GroupNorm
    let conv1, conv2: Conv2d
    let timeEmbProj: Linear?
    let convShortcut: Conv2d?
    let divisor: Double

    /// `time` counts channels of the time embedding, nil in an autoencoder; the result is divided by
    /// `divisor`.
    init(
        _ scope: Scope, in inputs: Int, out outputs: Int, time: Int?, groups: Int, eps: Double,
        divisor: Double = 1
    ) {
        path = scope.path
        self.divisor = divisor
        norm1 = GroupNorm(scope / "norm1", groups: groups, channels: inputs, eps: eps)
        conv1 = Conv2d(scope / "conv1", in: inputs, out: outputs, kernel: 3, padding: 1)
        timeEmbProj = time.map { Linear(scope / "time_emb_proj", in: $0, out: outputs) }
        norm2 = GroupNorm(scope / "norm2", groups: groups, channels: outputs, eps: eps)
        conv2 = Conv2d(scope / "conv2", in: outputs, out: outputs, kernel: 3, padding: 1)
        convShortcut =
            inputs == outputs
            ? nil : Conv2d(scope / "conv_shortcut", in: inputs, out: outputs, kernel: 1)
    }

    /// `[B, in, H, W]` to `[B, out, H, W]`; `time` is SiLU of the time embedding, `[B, time]`.
    func callAsFunction(_ x: Tensor, time: Tensor? = nil, hooks: FeatureHooks = .none) throws
        -> Tensor
    {
        var hidden = try conv1(norm1(x, silu: true))
        let moved = try time.flatMap { try timeEmbProj?($0) }
        hidden = try conv2(norm2(hidden, before: moved, silu: true))
        let sum = try (convShortcut?(x) ?? x) + hidden
        return try hooks(path, divisor == 1 ? sum : sum / divisor)
    }
}
