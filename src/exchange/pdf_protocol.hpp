#pragma once

/// What the child that reads a PDF tells its parent by its exit code; and how it writes: the title, then each page,
/// each ended by a form feed, of which the text has none.
namespace tocsin::exchange {

enum class PdfOutcome : int { good = 0, cut = 10, encrypted = 11, broken = 12, failed = 13 };

inline constexpr char kPdfPageEnd = '\f';
inline constexpr int kPdfPagesMax = 1'000;

}  // namespace tocsin::exchange
