/// A network that adapters go into, and which of its layers get one.
public struct AdaptedNetwork {
    /// What adapter files call it: `unet`, `text_encoder`.
    public var name: String
    /// Its parameters.
    public var store: ParameterStore
    /// Ends of the paths of the layers that get an adapter, such as ``attention``.
    public var layers: [String]

    /// A network by its name in adapter files.
    public init(_ name: String, _ store: ParameterStore, layers: [String] = attention) {
        (self.name, self.store, self.layers) = (name, store, layers)
    }

    /// Queries, keys, values and outputs of a UNet's attention.
    public static let attention = ["to_q", "to_k", "to_v", "to_out.0"]
    /// A UNet's feed-forward layers.
    public static let feedForward = ["ff.net.0.proj", "ff.net.2"]
    /// The convolutions of a UNet's resnets and between its levels.
    public static let convolutions = [
        "conv1", "conv2", "conv_shortcut", "downsamplers.0.conv", "upsamplers.0.conv",
    ]
    /// Queries, keys, values and outputs of CLIP's attention.
    public static let textAttention = ["q_proj", "k_proj", "v_proj", "out_proj"]

    /// The slots of the chosen layers, in the network's order.
    var slots: [AdapterSlot] {
        store.adapterSlots.filter { slot in
            layers.contains { slot.path == $0 || slot.path.hasSuffix("." + $0) }
        }
    }
}
