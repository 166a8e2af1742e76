#pragma once
#include <string>
#include <string_view>

#include "formats/csaf/advisory.hpp"

/// The one or two sentences that tell a reader what an advisory is about.
namespace tocsin::domain {

/// Bytes, ellipsis included.
inline constexpr std::size_t kSummaryBytesMax = 420;

/// The note on risk, else the first telling summary or description, else the first vulnerability in words; empty where
/// the document says nothing of its own.
std::string summary_of(const formats::csaf::Advisory& advisory);

/// The first one or two sentences of a text, white space squeezed, within kSummaryBytesMax.
std::string first_sentences(std::string_view text);

}  // namespace tocsin::domain
