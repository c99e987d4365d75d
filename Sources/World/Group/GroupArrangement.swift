/// Makes room: puts people side by side so that nobody is inside anybody.
enum GroupArrangement {
    /// Finds everybody's place.
    ///
    /// - Parameters:
    ///   - guests: how they would like to stand, left to right.
    ///   - outlines: of their turned bodies.
    /// - Returns: how far each moves, metres; the middle of all is where a portrait's sitter is.
    static func places(
        _ guests: [GroupPlan.Guest], _ outlines: [Outline]
    ) -> [SIMD3<Float>] {
        var places: [SIMD3<Float>] = []
        for (i, guest) in guests.enumerated() {
            var place = SIMD3<Float>(0, guest.raise, guest.forward)
            if let last = places.last {
                func makeRoom() {
                    while places.indices.contains(where: {
                        outlines[$0].meets(outlines[i], movedBy: place - places[$0])
                    }) {
                        place.x += 0.01
                    }
                }
                place.x = last.x + guest.step
                makeRoom()
                place.x += guest.gap
                makeRoom()
            }
            places.append(place)
        }
        guard let first = places.first else { return [] }
        let (low, high) = places.reduce((first, first)) {
            (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1))
        }
        return places.map { $0 - (low + high) / 2 }
    }
}
