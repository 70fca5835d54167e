import module handgrad;

// Exercise 5. One neuron, one number at a time
//
// The operations that everything else is made of: + and ·, tanh, and a value that is used twice. Every tensor here is
// one number, of shape (). Go from the loss back to a, b and c: dNAME is how fast the loss grows when NAME grows.
//
// The idea is that of micrograd: each operation knows its own derivative, and the chain rule multiplies them together.

Tensor number(double value) {
    return Tensor.scalar(value).to(DType.FLOAT64);
}

final Tensor a = number(0.5);
final Tensor b = number(-1.5);
final Tensor c = number(1.25);

Tensor p = null, q, t, u, v;

Tensor forward(NamedPass.Names names) {
    var a = names.name("a", this.a);
    var b = names.name("b", this.b);
    var c = names.name("c", this.c);

    p = names.name("p", a.mul(b)); // p = a · b
    q = names.name("q", p.add(c)); // q = p + c
    t = names.name("t", q.tanh()); // t = tanh q
    u = names.name("u", t.mul(a)); // u = t · a
    v = names.name("v", u.add(t)); // v = u + t
    return v.mul(v); // the loss, v · v
}

Tensor dv = null, du, dt, dq, dp, dc, db, da;

void backward() {
    // Replace each null, from the top down. ./handgrad exercise 5 checks them, with --hint it helps.
    dv = null; // ()
    du = null; // ()
    dt = null; // ()
    dq = null; // ()
    dp = null; // ()
    dc = null; // ()
    db = null; // ()
    da = null; // ()
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
