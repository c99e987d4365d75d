// Lin et al. 2023, table 2; numbers are rounded as NumPy rounds them: halves to even.

extension TimestepSpacing {
    /// Timesteps of a run, falling, without repeats.
    ///
    /// - Parameters:
    ///   - steps: how many, in 1...train.
    ///   - train: number of training timesteps.
    ///   - last: timesteps that may be used: `0..<last`; less than `train` where some are clipped.
    ///   - offset: added to leading timesteps.
    ///   - extra: 1 where the run ends one step before the lowest timestep (the multistep solvers).
    ///   - fractional: whether linspace timesteps keep their fraction, in `float32` (Euler).
    /// - Returns: `steps` of them; fewer where `last` leaves no room.
    func timesteps(
        _ steps: Int, of train: Int, last: Int? = nil, offset: Int, extra: Int = 0,
        fractional: Bool = false
    ) -> [Double] {
        let last = last ?? train
        let count = steps + extra
        switch self {
        case .leading:
            let ratio = last / count
            return (extra..<count).reversed().map { Double($0 * ratio + offset) }
        case .linspace:
            let step = count > 1 ? Double(last - 1) / Double(count - 1) : 0
            return (extra..<count).reversed().map { index in
                let exact =
                    index == count - 1 && count > 1 ? Double(last - 1) : Double(index) * step
                return fractional ? Double(Float(exact)) : exact.rounded(.toNearestOrEven)
            }
        case .trailing:
            let ratio = Double(train) / Double(steps)
            let step = (Double(last) - ratio) - Double(last)
            // NumPy adds a step at -1 for some counts (61 of 1000, say); here the last is at >= 0.
            return (0..<steps).map { index in
                (Double(last) + Double(index) * step).rounded(.toNearestOrEven) - 1
            }.filter { $0 >= 0 }
        }
    }
}
