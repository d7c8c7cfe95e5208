-- The selection of the filter's three segments in Lua: method, path, then the segments in order. The first that matches
-- decides; its route is found by dynamic metadata, the nearest that Lua has to the filter state of the filter.

local SAFE = { GET = true, HEAD = true, OPTIONS = true }
local PATH = "/api/orders"

local function below(path)
  if path:sub(1, #PATH) ~= PATH then return false end
  local following = path:sub(#PATH + 1, #PATH + 1)
  return following == "" or following == "/" or following == "?"
end

local function cookie(header, name)
  if header == nil then return nil end
  return ("; " .. header):match("; " .. name .. "=([^;]*)")
end

local function segment(headers)
  if headers:get("x-user-group") == "employees" then return "orders/segment/employees" end
  if cookie(headers:get("cookie"), "plan") == "beta" then return "orders/segment/beta" end
  local region = headers:get("x-region")
  if region ~= nil and region:sub(1, 3) == "eu-" then return "orders/segment/eu" end
  return nil
end

function envoy_on_request(handle)
  local headers = handle:headers()
  if not SAFE[headers:get(":method")] or not below(headers:get(":path")) then return end
  local decision = segment(headers)
  if decision == nil then return end
  handle:streamInfo():dynamicMetadata():set("shadowplane", "decision", decision)
  handle:clearRouteCache()
end
