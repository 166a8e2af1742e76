#pragma once

namespace tocsin::exchange {

/// Takes from this process what a reader of PDFs has no need of: time and memory beyond a measure, other programs and
/// processes, the network, files but for reading. It cannot be taken back. False: it could not be done, and nothing of
/// strangers is to be read.
bool give_everything_away() noexcept;

/// The child of pdf_text.hpp: takes limits upon itself, reads a PDF from standard input and writes its text to standard
/// output. Ends the process.
[[noreturn]] void run_pdf_child() noexcept;

}  // namespace tocsin::exchange
