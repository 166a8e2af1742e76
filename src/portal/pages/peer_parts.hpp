#pragma once
#include <string>

#include <boost/json.hpp>

#include "exchange/peer_poller.hpp"
#include "portal/app.hpp"
#include "portal/http/message.hpp"
#include "store/taxii_peers.hpp"

/// What pages, forms, API and command line of peers share.
namespace tocsin::portal::pages {

inline constexpr const char* kPeersPath = "/admin/peers";

std::string peer_url(std::int64_t id);
/// The peer in the address. Errors: not_found.
Result<store::TaxiiPeer> peer_of(App& app, const http::Request& request);
/// Of the app. Errors: conflict where this portal reads none.
Result<const engine::taxii::Peers*> peers_of(const App& app);
/// "Indicator list": in the reader's language.
std::string_view kind_title(store::PeerKind kind) noexcept;
/// What is due is read now.
void wake_peers(const App& app);
/// The sentence that became of what a peer's server does wrong, in the reader's language.
std::string fault_text(const store::TaxiiPeer& peer);

boost::json::object peer_json(const store::TaxiiPeer& peer, Timestamp now);
boost::json::object preview_json(const exchange::PeerPreview& preview);

}  // namespace tocsin::portal::pages
