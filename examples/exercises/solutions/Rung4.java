import module handgrad;

// Rung 4. A chain
//
// Three operations one after the other: u = a · b, then v = u + c, then the loss v · v.
//
// The chain rule goes back through them one by one and multiplies: the loss changes so fast with v, v so fast with u, u
// so fast with a. Write da, in one expression or with variables of your own above it, such as var dv = v.mul(2);

Tensor number(double value) {
    return Tensor.scalar(value).to(DType.FLOAT64);
}

final Tensor a = number(2);
final Tensor b = number(3);
final Tensor c = number(-1);

Tensor u = null, v;

Tensor forward(NamedPass.Names names) {
    var a = names.name("a", this.a);
    var b = names.name("b", this.b);
    var c = names.name("c", this.c);
    u = names.name("u", a.mul(b)); // u = a · b
    v = names.name("v", u.add(c)); // v = u + c
    return v.mul(v); // the loss, v · v
}

Tensor da = null;

void backward() {
    // In v · v the value v is both factors. Each gives the other one: v + v, which is dv.
    // v = u + c: the sum hands dv on to u.
    // u = a · b: the other factor, times what has arrived at u.
    da = b.mul(v.mul(2)); // ()
}

void main() {
    IO.println("loss " + forward((_, value) -> value).item());
    backward();
}
