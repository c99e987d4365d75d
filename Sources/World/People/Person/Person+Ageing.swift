extension Person {
    /// The same person at another age.
    ///
    /// Facial parameters move by the difference of the means of both ages; wrinkles, grey, hairline
    /// and beard follow ``ageing``. All else stays: build, tone of skin, eyes, moles, scars, style
    /// of hair, habits and the random seeds of skin and hair.
    ///
    /// - Parameter years: clamped to 6...90.
    /// - Returns: the person; the very same if the age is theirs already.
    public func aged(to years: Float) -> Person {
        let target = min(max(years, 6), 90)
        guard target != age else { return self }
        var person = self
        let then = FacialStatistics.mean(masculinity: masculinity, age: age, weight: weight)
        let now = FacialStatistics.mean(masculinity: masculinity, age: target, weight: weight)
        for parameter in FacialParameter.allCases {
            person.facial[parameter] += now[parameter] - then[parameter]
        }
        person.age = target
        person.skin.wrinkles = Wrinkles(ageing, at: target)
        person.hair.colour.grey = ageing.grey(at: target)
        person.hair.recession = ageing.recession(at: target, masculinity: masculinity)
        person.brows.colour.grey = 0.7 * person.hair.colour.grey
        person.beard = ageing.beard(at: target)
        return person
    }
}
