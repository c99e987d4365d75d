import Checkpoints
import Foundation
import Images
import Layers
import Torch

extension Demo {
    struct Learned {
        var stages: [(step: Int, image: Image)] = []
        let enlarged: Image
        let path: String
        let peakSignalToNoise: Double
        let reloadedIsEqual: Bool
    }

    /// Trains a network until it is the drawing, saves it, and loads it again.
    func learn(_ drawing: Image) throws -> Learned {
        let target = try drawing.tensor().permuted([1, 2, 0]).reshaped([-1, 3])
        let places = try PictureNetwork.places(Demo.side)
        let generator = try Generator(seed: seed)
        let store = try ParameterStore(generator: generator)
        let network = PictureNetwork(store.root)
        try store.finish()
        try store.train()
        var adam = try DemoAdam(store)
        let shown = Set([0, steps / 10, steps / 3, steps])
        var stages: [(Int, Image)] = []
        for step in 0...steps {
            if shown.contains(step) {
                stages.append((step, try Image(tensor: network.picture(Demo.side))))
            }
            guard step < steps else { break }
            let batch = try Tensor.randint(0..<target.shape[0], [4096], generator: generator)
            let error = try network(places.indexSelected(0, batch)) - target.indexSelected(0, batch)
            try adam.minimise(
                error.square().mean(), rate: 3e-3 * (1 - 0.95 * Double(step) / Double(steps)))
            reporting.progress(step + 1, of: steps, "step")
        }
        let result = try network.picture(Demo.side)
        let mse = try (result - drawing.tensor()).square().mean().item()
        let path = "\(output)/picture.safetensors"
        try store.save(to: path, metadata: ["format": "pt", "likeness": "demo"])

        let reloaded = try ParameterStore(loading: Checkpoint(path))
        let copy = PictureNetwork(reloaded.root)
        try reloaded.finish()
        return Learned(
            stages: stages, enlarged: try Image(tensor: copy.picture(2 * Demo.side)), path: path,
            peakSignalToNoise: 10 * log10(4 / mse),  // values span 2
            reloadedIsEqual: try copy.picture(Demo.side).isEqual(to: result))
    }
}
