#pragma once
#include <string>
#include <string_view>

/// Text of any encoding as UTF-8. Pure: any thread may call it.
namespace tocsin::text {

/// `bytes` in the encoding that `charset` names ("iso-8859-1", "KOI8-R", "utf-16le"), as UTF-8; what is broken becomes
/// U+FFFD, and NUL a blank. An empty or unknown name: UTF-8 where it is that, else windows-1252, which every byte fits.
std::string to_utf8(std::string_view bytes, std::string_view charset = {});

}  // namespace tocsin::text
