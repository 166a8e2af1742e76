#pragma once
#include <string>
#include <string_view>

#include "exchange/import.hpp"

namespace tocsin::exchange {

/// `prepare` of a feed of news, Atom or RSS: each entry becomes a report of STIX (formats/feed), and those are prepared
/// as of a file of STIX.
Prepared prepare_news(const std::string& name, std::string_view bytes, const ImportOptions& options);

}  // namespace tocsin::exchange
