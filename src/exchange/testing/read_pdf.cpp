#include "exchange/pdf_child.hpp"

/// The child that reads PDFs, for tests of the room that starts it.
int main() { tocsin::exchange::run_pdf_child(); }
