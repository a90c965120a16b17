// The assembler reads a secret file into the program.
__asm__("secret: .incbin \"/etc/shadow\"");

int main(void)
{
	return 0;
}
