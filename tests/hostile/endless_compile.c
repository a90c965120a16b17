// A thousand million macros of nothing keep the assembler busy, without filling the memory.
__asm__(".macro nothing\n.endm\n"
	".macro thousand\n.rept 1000\nnothing\n.endr\n.endm\n"
	".rept 1000000\nthousand\n.endr");

int main(void)
{
	return 0;
}
