#pragma once
#include <string>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "engine/notify/herald.hpp"
#include "engine/notify/letters.hpp"
#include "store/asset_notices.hpp"
#include "store/people.hpp"

/// Messages about assets that were added or changed. Of this folder only.
namespace tocsin::engine::notify {

/// What a notice tells, as far as the viewer may see it. `still`: only what still is so.
Result<AssetsItem> assets_item(store::Connection& connection, const store::AssetNotice& notice,
                               const domain::policy::Viewer& viewer, bool still, Timestamp now);

/// What is due to one person, within the caller's transaction: into the post and the hooks, and marked as sent.
Result<SendStep> send_assets(store::Connection& connection, const post::Post& post, const post::Options& options,
                             const AssetsChannel& hook, bool factors_by_role, const domain::Person& person,
                             Timestamp now);

}  // namespace tocsin::engine::notify
