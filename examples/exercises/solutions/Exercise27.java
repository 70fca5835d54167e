import module handgrad;

// Exercise 27. Optimisers: clipping, momentum and Adam
//
// A gradient says which way is down. An optimiser makes a step of it. Here a linear model with four weights is fitted
// by least squares, and gradient(w) gives the gradient of its loss at any w. Write what optimisers do with it.
//
// The blanks keep the form dNAME, but what they ask for are the parts of a step and the weights after three of them:
//
//     clipping    the gradient, made shorter where its norm is above a limit; its direction stays
//     momentum    a step is β times the step before, less rate times the gradient where the weights are now
//     Adam        (Kingma and Ba, 2015) m and v are running means of the gradient and of its square; both begin at 0,
//                 so step t divides them by 1 - β1ᵗ and 1 - β2ᵗ; the step is -rate · m' / (√v' + ε) of the two results
//
// ε is larger here than the usual 1e-8, so that its place can be seen in the numbers.

final int n = 6; // rows
final double rate = 0.05;
final double limit = 2; // the largest norm of a gradient
final double beta = 0.9; // of momentum
final double beta1 = 0.9; // of Adam
final double beta2 = 0.99;
final double epsilon = 0.01;
final TorchRandom random = TorchRandom.seeded(27);

Tensor randn(int... sizes) {
    return Tensor.randn(random, sizes).to(DType.FLOAT64);
}

final Tensor x = randn(n, 4);
final Tensor y = randn(n, 1);
final Tensor w = randn(4, 1);

Tensor forward(NamedPass.Names names) {
    var w = names.name("w", this.w); // (4, 1)
    var errors = names.name("errors", x.matmul(w).sub(y)); // (6, 1)
    return errors.pow(2).mean(); // the loss, one number
}

/** The gradient of the loss at given weights, (4, 1). */
Tensor gradient(Tensor weights) {
    return x.matmulTransposeA(x.matmul(weights).sub(y)).mul(2.0 / n);
}

Tensor dnorm = null, dclipped; // the norm of the gradient at w, and the gradient that is clipped by it
Tensor dmomentum1 = null, dmomentum2, dmomentum3, dmomentum; // three steps with momentum; the weights after them
Tensor dm1 = null, dv1, dadam1, dm2, dv2, dadam2, dm3, dv3, dadam3, dadam; // the same with Adam, from w again

void backward() {
    // The norm is the length of the gradient, all its elements together.
    // The square root of the sum of their squares.
    dnorm = gradient(w).square().sum().sqrt(); // ()

    // Here the norm is above the limit. Which factor makes a vector of length norm one of length limit?
    // limit / norm, the same for all elements: clipping each by itself would change the direction.
    dclipped = gradient(w).mul(limit).div(dnorm); // (4, 1)

    // There is no step before the first one.
    // So it is a step of plain gradient descent: -rate times the gradient at w.
    dmomentum1 = gradient(w).mul(-rate); // (4, 1)

    // Where are the weights now? Not at w any more.
    // The gradient is that at w + dmomentum1, and beta times the step before is added.
    dmomentum2 = dmomentum1.mul(beta).sub(gradient(w.add(dmomentum1)).mul(rate)); // (4, 1)

    // Once more: from which step, and at which weights?
    // From dmomentum2, at the weights after two steps.
    dmomentum3 = dmomentum2.mul(beta).sub(gradient(w.add(dmomentum1).add(dmomentum2)).mul(rate)); // (4, 1)

    // The weights after three steps.
    // Each step is added to the weights.
    dmomentum = w.add(dmomentum1).add(dmomentum2).add(dmomentum3); // (4, 1)

    // A running mean keeps the share beta1 of what it was and takes 1 - beta1 of what is new. It was 0.
    dm1 = gradient(w).mul(1 - beta1); // (4, 1)

    // As m, but with the squares of the elements, and with beta2.
    dv1 = gradient(w).square().mul(1 - beta2); // (4, 1)

    // Divide m by 1 - beta1 and v by 1 - beta2, as the means began at 0. What is left of the first step then?
    // The root is of v alone, and epsilon is added to the root.
    dadam1 = dm1.div(1 - beta1).div(dv1.div(1 - beta2).sqrt().add(epsilon)).mul(-rate); // (4, 1)

    // The share beta1 of dm1, and the rest of the new gradient. Where are the weights now?
    // At w + dadam1.
    dm2 = dm1.mul(beta1).add(gradient(w.add(dadam1)).mul(1 - beta1)); // (4, 1)

    // The same of the squares.
    dv2 = dv1.mul(beta2).add(gradient(w.add(dadam1)).square().mul(1 - beta2)); // (4, 1)

    // Step 2 divides by another number than step 1.
    // By 1 - beta1² and 1 - beta2².
    dadam2 = dm2.div(1 - beta1 * beta1)
            .div(dv2.div(1 - beta2 * beta2).sqrt().add(epsilon))
            .mul(-rate); // (4, 1)

    // From dm2, at the weights after two steps.
    dm3 = dm2.mul(beta1).add(gradient(w.add(dadam1).add(dadam2)).mul(1 - beta1)); // (4, 1)

    // From dv2, at the same weights.
    dv3 = dv2.mul(beta2).add(gradient(w.add(dadam1).add(dadam2)).square().mul(1 - beta2)); // (4, 1)

    // Now t is 3.
    // By 1 - beta1³ and 1 - beta2³; Math.pow(beta1, 3) is the power.
    dadam3 = dm3.div(1 - Math.pow(beta1, 3))
            .div(dv3.div(1 - Math.pow(beta2, 3)).sqrt().add(epsilon))
            .mul(-rate); // (4, 1)

    // The weights after three steps of Adam, which began at w.
    dadam = w.add(dadam1).add(dadam2).add(dadam3); // (4, 1)
}

// What usual mistakes make of a blank, given that all before it are right, and the sentence that names each.
Map<String, Tensor> mistakes(String blank) {
    int t = switch (blank) { case "adam1" -> 1; case "adam2" -> 2; case "adam3" -> 3; default -> 0; };
    if (t > 0) {
        var m = t == 1 ? dm1 : t == 2 ? dm2 : dm3;
        var v = t == 1 ? dv1 : t == 2 ? dv2 : dv3;
        var first = m.div(1 - Math.pow(beta1, t));
        var second = v.div(1 - Math.pow(beta2, t));
        var wrong = new HashMap<>(Map.of(
                "neither mean is divided: they began at 0, so divide them by 1 - β1ᵗ and 1 - β2ᵗ",
                        m.div(v.sqrt().add(epsilon)).mul(-rate),
                "v is not divided by 1 - β2ᵗ", first.div(v.sqrt().add(epsilon)).mul(-rate),
                "m is not divided by 1 - β1ᵗ", m.div(second.sqrt().add(epsilon)).mul(-rate),
                "the square root of v is missing", first.div(second.add(epsilon)).mul(-rate),
                "epsilon is added before the root: it belongs after it",
                        first.div(second.add(epsilon).sqrt()).mul(-rate),
                "epsilon is missing: add it to the root", first.div(second.sqrt()).mul(-rate),
                "the sign is wrong: a step goes against the gradient",
                        first.div(second.sqrt().add(epsilon)).mul(rate),
                "the rate is missing: multiply by -rate", first.div(second.sqrt().add(epsilon)).neg(),
                "the betas are exchanged: m goes with beta1, v with beta2",
                        m.div(1 - Math.pow(beta2, t))
                                .div(v.div(1 - Math.pow(beta1, t)).sqrt().add(epsilon))
                                .mul(-rate)));
        if (t > 1) {
            wrong.put(
                    "the means are divided by 1 - beta1 and 1 - beta2: this is step " + t + ", take that power of each",
                    m.div(1 - beta1).div(v.div(1 - beta2).sqrt().add(epsilon)).mul(-rate));
        }
        wrong.put(
                "the means are divided as in step " + (t + 1) + ": this is step " + t,
                m.div(1 - Math.pow(beta1, t + 1))
                        .div(v.div(1 - Math.pow(beta2, t + 1)).sqrt().add(epsilon))
                        .mul(-rate));
        return wrong;
    }
    var g = gradient(w);
    var w1 = w.add(dmomentum1);
    var w2 = w1.add(dmomentum2);
    var a1 = w.add(dadam1);
    var a2 = a1.add(dadam2);
    return switch (blank) {
        case "norm" -> Map.of(
                "the square root is missing: this is the sum of the squares", g.square().sum(),
                "it adds absolute values: add the squares, and take the root", g.abs().sum(),
                "it is the root of a mean: the norm adds the squares and divides by nothing", g.square().mean().sqrt(),
                "it is the largest element: the norm is of all of them", g.abs().reshape(-1).max(0, false));
        case "clipped" -> Map.of(
                "each element is cut by itself: multiply all by the same factor, so that the direction stays",
                        g.clamp(-limit, limit),
                "it is not clipped: the norm is above the limit", g,
                "its norm is 1: it should be the limit", g.div(dnorm),
                "it is divided by the limit: the factor is limit / norm", g.div(limit),
                "the factor is the wrong way round: limit / norm makes it shorter", g.mul(dnorm).div(limit),
                "it is the clipped gradient times the norm: the division by the norm is missing", g.mul(limit));
        case "momentum1" -> Map.of(
                "the sign is wrong: a step goes against the gradient", g.mul(rate),
                "the rate is missing: a step is -rate times the gradient", g.neg(),
                "it has the factor 1 - beta: momentum takes the new gradient as it is, Adam's mean takes a share of it",
                        g.mul(-rate * (1 - beta)),
                "it has the factor beta: no step comes before, so beta multiplies nothing", g.mul(-rate * beta),
                "it is the gradient, not the step: multiply by -rate", g);
        case "momentum2" -> Map.of(
                "the gradient is that at w: the weights have moved by dmomentum1",
                        dmomentum1.mul(beta).sub(g.mul(rate)),
                "the step before is missing: add beta times dmomentum1", gradient(w1).mul(-rate),
                "the step before comes in full: multiply it by beta", dmomentum1.sub(gradient(w1).mul(rate)),
                "the sign of the gradient is wrong: a step goes against it",
                        dmomentum1.mul(beta).add(gradient(w1).mul(rate)),
                "the new gradient has the factor 1 - beta: momentum takes it as it is",
                        dmomentum1.mul(beta).sub(gradient(w1).mul(rate * (1 - beta))),
                "the gradient is that at w + beta · dmomentum1, as Nesterov's: take it where the weights are",
                        dmomentum1.mul(beta).sub(gradient(w.add(dmomentum1.mul(beta))).mul(rate)),
                "the step before is multiplied by rate as well: it has that factor already",
                        dmomentum1.mul(beta).sub(gradient(w1)).mul(rate),
                "it is taken from the weights with the wrong sign: they are at w + dmomentum1",
                        dmomentum1.mul(beta).sub(gradient(w.sub(dmomentum1)).mul(rate)));
        case "momentum3" -> Map.of(
                "the gradient is that after one step: the weights have moved by dmomentum1 and dmomentum2",
                        dmomentum2.mul(beta).sub(gradient(w1).mul(rate)),
                "the gradient is that at w + dmomentum2: the first step has moved the weights too",
                        dmomentum2.mul(beta).sub(gradient(w.add(dmomentum2)).mul(rate)),
                "the step before is dmomentum2, not dmomentum1", dmomentum1.mul(beta).sub(gradient(w2).mul(rate)),
                "the step before is missing: add beta times dmomentum2", gradient(w2).mul(-rate),
                "dmomentum1 is added once more: dmomentum2 has it already",
                        dmomentum2.add(dmomentum1).mul(beta).sub(gradient(w2).mul(rate)));
        case "momentum" -> Map.of(
                "only the last step is added: all three move the weights", w.add(dmomentum3),
                "the steps are taken off: they have their minus already",
                        w.sub(dmomentum1).sub(dmomentum2).sub(dmomentum3),
                "the weights that it began with are missing", dmomentum1.add(dmomentum2).add(dmomentum3),
                "the last step is missing: these are the weights after two steps", w2,
                "the steps are multiplied by rate: they have that factor already",
                        w.add(dmomentum1.add(dmomentum2).add(dmomentum3).mul(rate)));
        case "m1" -> Map.of(
                "the factor 1 - beta1 is missing: the mean takes that share of what is new", g,
                "it has the factor beta1: that is for the mean before, which was 0", g.mul(beta1),
                "it has beta2 in place of beta1", g.mul(1 - beta2),
                "it is the step: the rate comes in at the end", g.mul(-rate * (1 - beta1)),
                "the sign is wrong: m is a mean of gradients", g.mul(beta1 - 1));
        case "v1" -> Map.of(
                "the gradient is not squared: v is a mean of squares", g.mul(1 - beta2),
                "it has beta1 in place of beta2", g.square().mul(1 - beta1),
                "the factor 1 - beta2 is missing: the mean takes that share of what is new", g.square(),
                "the factor is squared with the gradient: square the gradient first", g.mul(1 - beta2).square(),
                "the square is of m: it is of the gradient", dm1.square().mul(1 - beta2));
        case "m2" -> Map.of(
                "the gradient is that at w: the weights have moved by dadam1",
                        dm1.mul(beta1).add(g.mul(1 - beta1)),
                "the mean before is missing: keep beta1 of dm1", gradient(a1).mul(1 - beta1),
                "beta1 and 1 - beta1 are exchanged", dm1.mul(1 - beta1).add(gradient(a1).mul(beta1)),
                "the mean before is kept in full: multiply it by beta1", dm1.add(gradient(a1).mul(1 - beta1)),
                "the mean before is divided by 1 - beta1: m goes on without that, only the step has it",
                        dm1.div(1 - beta1).mul(beta1).add(gradient(a1).mul(1 - beta1)));
        case "v2" -> Map.of(
                "the gradient is that at w: the weights have moved by dadam1",
                        dv1.mul(beta2).add(g.square().mul(1 - beta2)),
                "the mean before is missing: keep beta2 of dv1", gradient(a1).square().mul(1 - beta2),
                "the gradient is not squared: v is a mean of squares",
                        dv1.mul(beta2).add(gradient(a1).mul(1 - beta2)),
                "it has beta1 in place of beta2", dv1.mul(beta1).add(gradient(a1).square().mul(1 - beta1)),
                "beta2 and 1 - beta2 are exchanged", dv1.mul(1 - beta2).add(gradient(a1).square().mul(beta2)));
        case "m3" -> Map.of(
                "the gradient is that after one step: the weights have moved by dadam1 and dadam2",
                        dm2.mul(beta1).add(gradient(a1).mul(1 - beta1)),
                "the mean before is dm2, not dm1", dm1.mul(beta1).add(gradient(a2).mul(1 - beta1)),
                "the mean before is missing: keep beta1 of dm2", gradient(a2).mul(1 - beta1));
        case "v3" -> Map.of(
                "the gradient is that after one step: the weights have moved by dadam1 and dadam2",
                        dv2.mul(beta2).add(gradient(a1).square().mul(1 - beta2)),
                "the mean before is dv2, not dv1", dv1.mul(beta2).add(gradient(a2).square().mul(1 - beta2)),
                "the gradient is not squared: v is a mean of squares",
                        dv2.mul(beta2).add(gradient(a2).mul(1 - beta2)));
        default -> Map.of(
                "only the last step is added: all three move the weights", w.add(dadam3),
                "the steps are taken off: they have their minus already", w.sub(dadam1).sub(dadam2).sub(dadam3),
                "it goes on from the weights after momentum: it begins at w",
                        dmomentum.add(dadam1).add(dadam2).add(dadam3),
                "the last step is missing: these are the weights after two steps", a2);
    };
}

void main() {
    backward();
    IO.println("after three steps with momentum " + dmomentum + ", with Adam " + dadam);
}
