// More messages of the compiler than anybody wants to keep.
#define A(x) x x x x x x x x x x
#define B(x) A(A(A(x)))

int main(void)
{
	B(B(nothing;))
}
